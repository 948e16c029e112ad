"""Against a stand-in of the answers that Amazon documents. No test speaks with AWS."""

import base64
import json

import pytest

from benchmarks.compare.model import AnswerLine, Document
from benchmarks.compare.providers.aws_textract import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.samples import pdf_document
from tests.unit.benchmarks.compare.stand_in import Said

KEYS = {"access_key": "env:KEY", "secret_key": "env:SECRET"}
BLOCKS = [
    {"BlockType": "PAGE", "Id": "p", "Page": 1},
    {"BlockType": "LINE", "Id": "l", "Page": 1, "Text": "Gate 7", "Confidence": 75.0},
    {"BlockType": "WORD", "Id": "w1", "Page": 1, "Text": "Gate", "Confidence": 75.0},
    {"BlockType": "WORD", "Id": "w2", "Page": 1, "Text": "7", "Confidence": 75.0},
    {"BlockType": "TABLE", "Id": "t", "Page": 1, "Relationships": [{"Type": "CHILD", "Ids": ["c1", "c2"]}]},
    {"BlockType": "CELL", "Id": "c1", "RowIndex": 1, "ColumnIndex": 1, "RowSpan": 1, "ColumnSpan": 1,
     "Relationships": [{"Type": "CHILD", "Ids": ["w1", "w2"]}]},
    {"BlockType": "CELL", "Id": "c2", "RowIndex": 1, "ColumnIndex": 2, "RowSpan": 1, "ColumnSpan": 1},
]  # fmt: skip
READ = {"DocumentMetadata": {"Pages": 1}, "Blocks": BLOCKS}


@pytest.mark.parametrize("tables", [False, True])
def test_an_image(page: Document, tables: bool) -> None:
    pages, server = ask(PROVIDER, page, lambda _asked: Said(READ), **KEYS, tables=tables)
    assert pages[0].lines == (AnswerLine("Gate 7", 0.75),)
    assert pages[0].tables == ("<table><tr><td>Gate 7</td><td></td></tr></table>",)
    (asked,) = server.asked
    assert asked.headers["x-amz-target"] == "Textract." + ("AnalyzeDocument" if tables else "DetectDocumentText")
    assert "Credential=a-key-for-tests/" in asked.headers["authorization"]
    assert base64.b64decode(json.loads(asked.body)["Document"]["Bytes"]) == page.path.read_bytes()


def test_a_pdf_of_several_pages_is_not_sent(tmp_path) -> None:
    assert PROVIDER.refusal(pdf_document(tmp_path, 1)) == ""
    assert "nothing was sent" in PROVIDER.refusal(pdf_document(tmp_path, 2))


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "UnsupportedDocumentException", "refused"),
        (400, "ProvisionedThroughputExceededException", "throttled"),
        (400, "ThrottlingException", "throttled"),
        (500, "InternalServerError", "failed"),
    ],
)
def test_errors_are_sent_once(page: Document, status: int, code: str, outcome: str) -> None:
    error, server = ask(PROVIDER, page, lambda _asked: Said({"__type": code, "message": "x"}, status), **KEYS)
    assert (error.outcome, error.status) == (outcome, status)
    assert code in error.reason
    assert len(server.asked) == 1


def test_the_address_is_the_region_s() -> None:
    settings = PROVIDER.settings(access_key="env:K", secret_key="env:S", region="eu-west-1")
    assert PROVIDER.address(settings) == "https://textract.eu-west-1.amazonaws.com"
