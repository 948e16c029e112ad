"""The contract complexDOcr of China Mobile: complex documents as blocks of text, tables and formulas."""

import base64
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec

from benchmarks.compare.calls import call, http_client
from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.pages import corners, page_of, table_lines
from benchmarks.compare.provider import NotAnswered, Outcome, Provider, Reply, Terms

PATH = "/aipaas/ocr/v1/identify/complexDOcr"
SUCCESS = "10000"
JSON_OUTPUT = 3
IMAGE_TYPES = {"image": 0, "pdf": 2}
OUTCOMES: dict[str, Outcome] = {"10301": "refused", "10304": "refused", "10305": "refused", "10503": "timeout"}
"""What its codes mean; every other code tells of a failure."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        endpoint: its address without a path. China Mobile names it to its customers.
        app_id: the reference of the id of the purchased capability, sent as ``X-APP-ID``; empty for none.
        authorization: the reference of what is sent as ``Authorization``; empty for none.
    """

    endpoint: str
    app_id: str = ""
    authorization: str = ""


class ComplexDOcr:
    """A client of one service."""

    def __init__(self, client: httpx.Client, endpoint: str) -> None:
        self._client = client
        self._url = endpoint.rstrip("/") + PATH

    def read(self, document: Document, content: bytes) -> Reply:
        """Send a document."""
        body = {
            "seqid": uuid.uuid4().hex,
            "image": base64.b64encode(content).decode(),
            "image_type": IMAGE_TYPES[document.kind],
            "output_format": JSON_OUTPUT,
            "html_escape": False,
        }
        reply = call(self._client, "POST", self._url, json=body)
        try:
            code = str(json.loads(reply.raw)["code"])
        except (ValueError, LookupError, TypeError) as error:
            raise NotAnswered("failed", "The answer has no code.", reply.status, reply.raw) from error
        if code != SUCCESS:
            outcome = OUTCOMES.get(code, "failed")
            raise NotAnswered(outcome, f"The provider answered with code {code[:20]}.", reply.status, reply.raw)
        return reply


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[ComplexDOcr]:
    """Open a client."""
    given = {"X-APP-ID": settings.app_id, "Authorization": settings.authorization}
    headers = {name: terms.secret(reference) for name, reference in given.items() if reference}
    with http_client(terms.timeout_seconds, headers) as client:
        yield ComplexDOcr(client, settings.endpoint)


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of an answer. A block of several lines becomes several lines with the block's box."""
    found = json.loads(raw)["data"]["words_result"]
    if not found:
        return ()
    pages = json.loads(found[0])["result"]["pages"]
    return tuple(page_of(number, *_blocks(page["content"])) for number, page in enumerate(pages, 1))


def _blocks(content: list[dict[str, Any]]) -> tuple[list[AnswerLine], list[str]]:
    lines: list[AnswerLine] = []
    tables: list[str] = []
    for block in content:
        text = block.get("text", "")
        if block["type"] == "table":
            tables.append(text)
        rows = table_lines(text) if block["type"] == "table" else text.splitlines()
        lines.extend(AnswerLine(row, None, corners(*map(float, block["pos"]))) for row in rows if row.strip())
    return lines, tables


PROVIDER = Provider(Settings, lambda settings: settings.endpoint, connect, understand)
