"""The answer of `POST /layout-parsing`: exact keys and order, compact JSON."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from server.contracts.paddlex_shapes.page_part import data_info
from server.decode.document import DocumentInfo

PAGES_HEADER = "X-Document-Pages"
ENGINE_HEADER = "X-OCR-Engine"
WARNINGS_HEADER = "X-OCR-Warnings"


def encode_answer(log_id: str, info: DocumentInfo, items: Sequence[bytes], warnings: Sequence[str]) -> bytes:
    """The whole answer as UTF-8 JSON.

    Args:
        log_id: of the request.
        info: of the document.
        items: of the pages, as JSON.
        warnings: about the request; the answer has the key ``warnings`` only where there are any.
    """
    end: dict[str, object] = {"errorCode": 0, "errorMsg": "Success"}
    if warnings:
        end["warnings"] = list(warnings)
    head = b'{"logId":' + to_json(log_id) + b',"result":{"layoutParsingResults":['
    return b"".join((head, b",".join(items), b'],"dataInfo":', to_json(data_info(info)), b"},", to_json(end)[1:]))


def answer_headers(info: DocumentInfo, reader: Mapping[str, str], warnings: Sequence[str]) -> dict[str, str]:
    """The headers of an answer: how many pages were read, what read them, and the warnings if there are any."""
    headers = {
        PAGES_HEADER: f"{info.processed_pages}/{info.total_pages}",
        ENGINE_HEADER: "; ".join(f"{name}={quote(value)}" for name, value in reader.items()),
    }
    if warnings:
        headers[WARNINGS_HEADER] = "; ".join(warnings)
    return headers


def to_json(value: object) -> bytes:
    """A value as compact UTF-8 JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
