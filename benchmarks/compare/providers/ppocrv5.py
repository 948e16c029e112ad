"""The PP-OCRv5 service contract: this project's server, PaddleX serving, and the hosted service of AI Studio."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import httpx
import msgspec

from benchmarks.compare.calls import call, http_client
from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.pages import page_of, polygon_of
from benchmarks.compare.provider import Provider, Reply, Terms

FILE_TYPES = {"pdf": 0, "image": 1}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        endpoint: its address without a path, such as ``http://127.0.0.1:8080``.
        path: where the contract is.
        token: the reference of an access token; empty for none.
        scheme: the word before the token. AI Studio has ``token``.
        fields: further fields of each request, such as ``preset`` or ``useDocOrientationClassify``.
    """

    endpoint: str
    path: str = "/ocr"
    token: str = ""
    scheme: Literal["token", "Bearer"] = "token"
    fields: dict[str, Any] = {}


class PpOcrV5:
    """A client of one service."""

    def __init__(self, client: httpx.Client, settings: Settings) -> None:
        self._client = client
        self._url = settings.endpoint.rstrip("/") + settings.path
        self._fields = settings.fields

    def read(self, document: Document, content: bytes) -> Reply:
        """Send a document."""
        fields = {
            "file": base64.b64encode(content).decode(),
            "fileType": FILE_TYPES[document.kind],
            "visualize": False,
            **self._fields,
        }
        return call(self._client, "POST", self._url, json=fields)


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[PpOcrV5]:
    """Open a client."""
    headers = {"Authorization": f"{settings.scheme} {terms.secret(settings.token)}"} if settings.token else {}
    with http_client(terms.timeout_seconds, headers) as client:
        yield PpOcrV5(client, settings)


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of an answer."""
    return tuple(
        page_of(number, _lines(page["prunedResult"]))
        for number, page in enumerate(json.loads(raw)["result"]["ocrResults"], 1)
    )


def _lines(result: dict[str, Any]) -> Iterator[AnswerLine]:
    rows = zip(result["rec_texts"], result["rec_scores"], result["rec_polys"], strict=True)
    return (AnswerLine(text, float(score), polygon_of(polygon)) for text, score, polygon in rows)


PROVIDER = Provider(Settings, lambda settings: settings.endpoint, connect, understand)
