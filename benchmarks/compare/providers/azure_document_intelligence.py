"""Azure AI Document Intelligence, through Microsoft's own package."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from benchmarks.compare.calls import need, unreachable
from benchmarks.compare.model import AnswerLine, AnswerPage, Document
from benchmarks.compare.pages import page_of, polygon_of, table_of
from benchmarks.compare.provider import NotAnswered, Provider, Reply, Terms, outcome_of


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        endpoint: the address of the resource.
        key: the reference of a key of the resource.
        model: ``prebuilt-read`` for text, ``prebuilt-layout`` for tables too. They differ in price.
        poll_seconds: pause between two looks whether the analysis has ended, where the service names none.
    """

    endpoint: str
    key: str
    model: str = "prebuilt-read"
    poll_seconds: float = 1.0


class DocumentIntelligence:
    """A client of one resource."""

    def __init__(self, sdk: Any, settings: Settings, terms: Terms) -> None:
        self._sdk = sdk
        self._settings = settings
        self._terms = terms

    def read(self, _document: Document, content: bytes) -> Reply:
        """Send a document, and wait for its analysis."""
        from azure.core.exceptions import AzureError, HttpResponseError

        try:
            poller = self._sdk.begin_analyze_document(
                self._settings.model,
                body=io.BytesIO(content),
                content_type="application/octet-stream",
                connection_timeout=self._terms.timeout_seconds,
                read_timeout=self._terms.timeout_seconds,
            )
            result = poller.result(timeout=self._terms.timeout_seconds)
            if not poller.done():
                raise NotAnswered("timeout", "The analysis did not end within the time that the plan allows.")
        except HttpResponseError as error:
            raise _refused(error) from error
        except AzureError as error:
            raise unreachable(self._settings.endpoint, error) from error
        return Reply(json.dumps(result.as_dict(), ensure_ascii=False).encode(), 200)


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[DocumentIntelligence]:
    """Open a client. It sends each request once."""
    try:
        from azure.ai.documentintelligence import DocumentIntelligenceClient
        from azure.core.credentials import AzureKeyCredential
    except ModuleNotFoundError as error:
        raise need("azure-ai-documentintelligence", "compare-azure") from error
    credential = AzureKeyCredential(terms.secret(settings.key))
    with DocumentIntelligenceClient(
        settings.endpoint, credential, retry_total=0, polling_interval=settings.poll_seconds, logging_enable=False
    ) as sdk:
        yield DocumentIntelligence(sdk, settings, terms)


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of an analysis."""
    result = json.loads(raw)
    tables: dict[int, list[str]] = {}
    for table in result.get("tables") or []:
        regions = table.get("boundingRegions") or [{"pageNumber": 1}]
        tables.setdefault(regions[0]["pageNumber"], []).append(table_of(map(_cell, table["cells"])))
    return tuple(
        page_of(
            page["pageNumber"],
            (_line(line, page) for line in page.get("lines") or []),
            tables.get(page["pageNumber"], ()),
        )
        for page in result["pages"]
    )


def _line(line: dict[str, Any], page: dict[str, Any]) -> AnswerLine:
    """A line, with the mean score of its words. Places in inches, as those of PDF pages are, are left out."""
    begin = line["spans"][0]["offset"]
    end = begin + line["spans"][0]["length"]
    scores = [word["confidence"] for word in page.get("words") or [] if begin <= word["span"]["offset"] < end]
    has_place = line.get("polygon") and page.get("unit") == "pixel"
    return AnswerLine(
        line["content"],
        sum(scores) / len(scores) if scores else None,
        polygon_of(line["polygon"]) if has_place else None,
    )


def _cell(cell: dict[str, Any]) -> tuple[int, int, int, int, str]:
    return cell["rowIndex"], cell["columnIndex"], cell.get("rowSpan") or 1, cell.get("columnSpan") or 1, cell["content"]


def _refused(error: Any) -> NotAnswered:
    status = error.status_code
    raw = error.response.body() if error.response is not None else b""
    code = error.error.code if error.error is not None else None
    outcome = outcome_of(status) if status and status >= 400 else "failed"
    return NotAnswered(outcome, f"The provider answered with {code or 'an error'}, HTTP status {status}.", status, raw)


PROVIDER = Provider(
    Settings,
    lambda settings: settings.endpoint,
    connect,
    understand,
    packages=("azure-ai-documentintelligence", "azure-core"),
)
