"""Against the answers of the contract; `tests/contract/test_compare.py` has this project's own server."""

import base64
import json

import pytest

from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.providers.ppocrv5 import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.samples import CORNERS
from tests.unit.benchmarks.compare.stand_in import Said

RESULT = {
    "rec_texts": ["出口", "Gate 7"],
    "rec_scores": [0.5, 0.75],
    "rec_polys": [[list(each) for each in CORNERS]] * 2,
}
ANSWER = {"errorCode": 0, "result": {"ocrResults": [{"prunedResult": RESULT}]}}


def test_a_page(page: Document) -> None:
    pages, server = ask(PROVIDER, page, lambda _asked: Said(ANSWER), token="env:KEY", fields={"useDocUnwarping": False})
    lines = (AnswerLine("出口", 0.5, CORNERS), AnswerLine("Gate 7", 0.75, CORNERS))
    assert pages == (AnswerPage(1, "出口\nGate 7", lines),)
    (asked,) = server.asked
    sent = json.loads(asked.body)
    assert base64.b64decode(sent.pop("file")) == page.path.read_bytes()
    assert sent == {"fileType": 1, "visualize": False, "useDocUnwarping": False}
    assert (asked.path, asked.headers["authorization"]) == ("/ocr", "token a-key-for-tests")


def test_pages_of_a_pdf(pdf: Document) -> None:
    answer = {"result": {"ocrResults": [{"prunedResult": RESULT}] * 2}}
    pages, server = ask(PROVIDER, pdf, lambda _asked: Said(answer))
    assert [each.number for each in pages] == [1, 2]
    assert json.loads(server.asked[0].body)["fileType"] == 0
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(422, "refused"), (401, "refused"), (302, "failed"), (429, "throttled"), (503, "failed"), (504, "timeout")],
)
def test_errors(page: Document, status: int, outcome: str) -> None:
    error, server = ask(PROVIDER, page, lambda _asked: Said({}, status, {"Location": "http://192.0.2.1/"}))
    assert (error.outcome, error.status, error.raw) == (outcome, status, b"{}")
    assert len(server.asked) == 1
