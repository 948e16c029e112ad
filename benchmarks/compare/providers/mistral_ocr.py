"""Mistral OCR, through Mistral's own package. It answers in Markdown, whose marks are taken off for the text."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from benchmarks.compare.calls import need, unreachable
from benchmarks.compare.model import AnswerPage, Document
from benchmarks.compare.pages import page_of_text, plain_markdown
from benchmarks.compare.provider import NotAnswered, Provider, Reply, Terms, outcome_of

MEDIA_TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".tif": "image/tiff",
    ".tiff": "image/tiff", ".bmp": "image/bmp", ".gif": "image/gif",
}  # fmt: skip


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it: the reference of the key, and which model reads."""

    key: str
    endpoint: str = "https://api.mistral.ai"
    model: str = "mistral-ocr-latest"


class MistralOcr:
    """A client with one key."""

    def __init__(self, sdk: Any, settings: Settings) -> None:
        self._sdk = sdk
        self._settings = settings

    def read(self, document: Document, content: bytes) -> Reply:
        """Send a document."""
        import httpx2
        from mistralai.client.errors import MistralError, NoResponseError

        try:
            answer = self._sdk.ocr.process(model=self._settings.model, document=_sent(document, content))
        except MistralError as error:
            status = error.status_code
            outcome = outcome_of(status) if status >= 400 else "failed"
            reason = f"The provider answered with HTTP status {status}."
            raise NotAnswered(outcome, reason, status, error.body.encode()) from error
        except httpx2.TimeoutException as error:
            raise NotAnswered("timeout", "No answer came within the time that the plan allows.") from error
        except (NoResponseError, httpx2.HTTPError) as error:
            raise unreachable(self._settings.endpoint, error) from error
        return Reply(answer.model_dump_json().encode(), 200)


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[MistralOcr]:
    """Open a client. It sends each request once."""
    try:
        from mistralai.client import Mistral
    except ModuleNotFoundError as error:
        raise need("mistralai", "compare-mistral") from error
    timeout = int(terms.timeout_seconds * 1000)
    with Mistral(api_key=terms.secret(settings.key), server_url=settings.endpoint, timeout_ms=timeout) as sdk:
        yield MistralOcr(sdk, settings)


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of an answer."""
    pages = json.loads(raw)["pages"]
    return tuple(page_of_text(page["index"] + 1, *plain_markdown(page["markdown"])) for page in pages)


def _sent(document: Document, content: bytes) -> dict[str, str]:
    encoded = base64.b64encode(content).decode()
    if document.kind == "pdf":
        return {"type": "document_url", "document_url": f"data:application/pdf;base64,{encoded}"}
    media_type = MEDIA_TYPES.get(document.path.suffix.lower(), "image/png")
    return {"type": "image_url", "image_url": f"data:{media_type};base64,{encoded}"}


PROVIDER = Provider(
    Settings,
    lambda settings: settings.endpoint,
    connect,
    understand,
    packages=("mistralai",),
)
