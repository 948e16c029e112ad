"""Against a stand-in of the answers that Google documents. No test speaks with Google."""

import base64
import json

import msgspec
import pytest

from benchmarks.compare.model import AnswerLine, Document
from benchmarks.compare.providers.google_vision import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.samples import CORNERS, pdf_document
from tests.unit.benchmarks.compare.stand_in import Said

BOX = {"vertices": [{"x": x, "y": y} for x, y in CORNERS]}


def word(text: str, end: str, confidence: float = 0.5) -> dict[str, object]:
    symbols: list[dict[str, object]] = [{"text": character} for character in text]
    symbols[-1]["property"] = {"detectedBreak": {"type": end}}
    return {"symbols": symbols, "boundingBox": BOX, "confidence": confidence}


PARAGRAPH = {"words": [word("Gate", "SPACE"), word("7", "LINE_BREAK", 1.0), word("出口", "EOL_SURE_SPACE")]}
READ = {
    "fullTextAnnotation": {
        "text": "x",
        "pages": [{"width": 640, "height": 200, "blocks": [{"paragraphs": [PARAGRAPH]}]}],
    }
}


def test_an_image(page: Document) -> None:
    pages, server = ask(PROVIDER, page, lambda _asked: Said({"responses": [READ]}), key="env:KEY", languages=("zh",))
    assert pages[0].lines == (AnswerLine("Gate 7", 0.75, CORNERS), AnswerLine("出口", 0.5, CORNERS))
    (asked,) = server.asked
    assert asked.path.startswith("/v1/images:annotate")
    assert asked.headers["x-goog-api-key"] == "a-key-for-tests"
    (request,) = json.loads(asked.body)["requests"]
    assert base64.b64decode(request["image"]["content"]) == page.path.read_bytes()
    assert request["imageContext"]["languageHints"] == ["zh"]


def test_pages_of_a_pdf(pdf: Document) -> None:
    pages, server = ask(PROVIDER, pdf, lambda _asked: Said({"responses": [{"responses": [READ, {}]}]}), key="env:KEY")
    assert [each.text for each in pages] == ["Gate 7\n出口", ""]
    assert server.asked[0].path.startswith("/v1/files:annotate")


def test_a_long_pdf_is_not_sent(tmp_path) -> None:
    assert PROVIDER.refusal(pdf_document(tmp_path, 5)) == ""
    assert "nothing was sent" in PROVIDER.refusal(pdf_document(tmp_path, 6))


@pytest.mark.parametrize(
    ("status", "outcome"), [(400, "refused"), (403, "refused"), (429, "throttled"), (503, "failed"), (504, "timeout")]
)
def test_errors_are_sent_once(page: Document, status: int, outcome: str) -> None:
    content = {"error": {"code": status, "message": "said", "status": "X"}}
    error, server = ask(PROVIDER, page, lambda _asked: Said(content, status), key="env:KEY")
    assert (error.outcome, error.status) == (outcome, status)
    assert len(server.asked) == 1


@pytest.mark.parametrize(("code", "outcome"), [(3, "refused"), (8, "throttled"), (13, "failed")])
def test_an_error_in_an_answer(page: Document, code: int, outcome: str) -> None:
    error, _ = ask(
        PROVIDER, page, lambda _asked: Said({"responses": [{"error": {"code": code, "message": "x"}}]}), key="env:KEY"
    )
    assert error.outcome == outcome


@pytest.mark.parametrize("given", [{}, {"key": "env:KEY", "service_account": "x.json"}])
def test_one_credential_is_given(given: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError, match="give either key or service_account"):
        msgspec.convert(given, PROVIDER.settings)


def test_a_service_account_needs_the_host_that_gives_tokens() -> None:
    assert PROVIDER.also(PROVIDER.settings(service_account="x.json")) == ("https://oauth2.googleapis.com",)
    assert PROVIDER.also(PROVIDER.settings(key="env:KEY")) == ()
