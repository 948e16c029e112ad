"""Against the answers of the contract; `tests/contract/test_compare.py` has this project's own server."""

import json

import pytest

from benchmarks.compare.model import Document
from benchmarks.compare.providers.complexdocr import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.samples import CORNERS
from tests.unit.benchmarks.compare.stand_in import Said

TABLE = "<table><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></table>"
CONTENT = [
    {"pos": [10, 20, 110, 40], "type": "title", "text": "Title"},
    {"pos": [10, 20, 110, 40], "type": "table", "text": TABLE},
    {"pos": [10, 20, 110, 40], "type": "image", "text": "", "image_url": "x"},
]


def said(code: str, *results: str) -> dict[str, object]:
    return {"seqid": "1", "code": code, "message": "", "flag": 1, "data": {"timeSecond": 0, "words_result": results}}


def test_pages(pdf: Document) -> None:
    document = json.dumps({"result": {"pages": [{"content": CONTENT}, {"content": []}]}})
    pages, server = ask(
        PROVIDER, pdf, lambda _asked: Said(said("10000", document)), app_id="env:KEY", authorization="env:SECRET"
    )
    first, second = pages
    assert first.text == "Title\na 1\nb 2"
    assert (first.lines[0].polygon, first.tables) == (CORNERS, (TABLE,))
    assert second.text == ""
    (asked,) = server.asked
    assert asked.path == "/aipaas/ocr/v1/identify/complexDOcr"
    assert (asked.headers["x-app-id"], asked.headers["authorization"]) == ("a-key-for-tests", "a-secret-for-tests")
    assert json.loads(asked.body)["image_type"] == 2


def test_a_page_without_text(page: Document) -> None:
    assert ask(PROVIDER, page, lambda _asked: Said(said("10000")))[0] == ()


@pytest.mark.parametrize(("code", "outcome"), [("10305", "refused"), ("10503", "timeout"), ("10903", "failed")])
def test_codes(page: Document, code: str, outcome: str) -> None:
    error, _ = ask(PROVIDER, page, lambda _asked: Said(said(code)))
    assert (error.outcome, error.reason) == (outcome, f"The provider answered with code {code}.")


def test_an_answer_without_a_code(page: Document) -> None:
    error, _ = ask(PROVIDER, page, lambda _asked: Said(b"no JSON"))
    assert (error.outcome, error.raw) == ("failed", b"no JSON")
