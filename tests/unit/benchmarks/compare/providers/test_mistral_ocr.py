"""Against a stand-in of the answers that Mistral documents. No test speaks with Mistral."""

import json
import time

import pytest

from benchmarks.compare.model import Document
from benchmarks.compare.providers.mistral_ocr import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.stand_in import Said

MARKDOWN = "# Gate 7\n\nSome **bold** text & more\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n![img-0.jpeg](img-0.jpeg)"
READ = {
    "pages": [
        {"index": 0, "markdown": MARKDOWN, "images": [], "dimensions": {"dpi": 200, "height": 200, "width": 640}},
        {"index": 1, "markdown": "", "images": [], "dimensions": None},
    ],
    "model": "mistral-ocr-2505",
    "usage_info": {"pages_processed": 2, "doc_size_bytes": 10},
}


def test_markdown_becomes_text(page: Document) -> None:
    (first, second), server = ask(PROVIDER, page, lambda _asked: Said(READ), key="env:KEY")
    assert first.text == "Gate 7\nSome bold text & more\na b\n1 2"
    assert first.tables == ("<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>",)
    assert (second.number, second.text) == (2, "")
    (asked,) = server.asked
    assert (asked.path, asked.headers["authorization"]) == ("/v1/ocr", "Bearer a-key-for-tests")
    sent = json.loads(asked.body)["document"]
    assert sent["type"] == "image_url"
    assert str(sent["image_url"]).startswith("data:image/png;base64,")


def test_a_pdf(pdf: Document) -> None:
    _, server = ask(PROVIDER, pdf, lambda _asked: Said(READ), key="env:KEY")
    assert json.loads(server.asked[0].body)["document"]["document_url"].startswith("data:application/pdf;base64,")


@pytest.mark.parametrize(
    ("status", "outcome"), [(400, "refused"), (401, "refused"), (429, "throttled"), (500, "failed")]
)
def test_errors_are_sent_once(page: Document, status: int, outcome: str) -> None:
    error, server = ask(PROVIDER, page, lambda _asked: Said({"message": "said"}, status), key="env:KEY")
    assert (error.outcome, error.status, json.loads(error.raw)) == (outcome, status, {"message": "said"})
    assert len(server.asked) == 1


def test_a_late_answer(page: Document) -> None:
    error, _ = ask(PROVIDER, page, lambda _asked: Said({"slept": time.sleep(1)}), 0.2, key="env:KEY")
    assert error.outcome == "timeout"
