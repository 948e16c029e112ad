"""The contract's answers.

The outer JSON is ASCII: the vendor's own client decodes the answer in pieces of 1 kB, and a character cut in two would
stop it. The document of output format 3 travels as a string in it, with characters as they are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from server.contracts.complexdocr.content import PageContent, Piece
from server.contracts.complexdocr.errors import SUCCESS, Code
from server.contracts.complexdocr.request import DOCUMENT, MARKDOWN, Wishes

VERSION = "v2.1.0"
DPI = 72
BETWEEN_BLOCKS = "\n\n"

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every answer begins with.

    Attributes:
        seqid: the caller's, or empty where it could not be read.
        flag_as_string: the flag is a text.
    """

    seqid: str
    flag_as_string: bool

    def encode(self, code: Code, seconds: float, words_result: Sequence[str] = ()) -> bytes:
        """The whole answer."""
        flag = int(code == SUCCESS)
        content = {
            "seqid": self.seqid,
            "code": code.code,
            "message": code.message,
            "flag": str(flag) if self.flag_as_string else flag,
            "data": {"timeSecond": round(max(0.0, seconds), 3), "words_result": list(words_result)},
        }
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def words_result(pages: Sequence[PageContent], wishes: Wishes, seconds: float) -> list[str]:
    """The content, one string; none where nothing was read.

    Args:
        pages: in the document's order.
        wishes: the request's.
        seconds: that the work took.
    """
    if not any(page.lines for page in pages):
        return []
    if wishes.output_format == DOCUMENT:
        return [json.dumps(_document(pages, wishes, seconds), ensure_ascii=False, allow_nan=False)]
    if wishes.output_format == MARKDOWN:
        return [_markdown(pages)]
    return ["\n".join(line for page in pages for line in page.lines)]


def _document(pages: Sequence[PageContent], wishes: Wishes, seconds: float) -> Json:
    numbers = range(wishes.first_page, wishes.first_page + len(pages))
    result = {
        "text": _markdown(pages, pictures=False),
        "markdown": _markdown(pages),
        "success_count": len(pages),
        "pages": [_page(number, page) for number, page in zip(numbers, pages, strict=True)],
        "valid_page_number": len(pages),
        "total_page_number": len(pages),
        "total_count": len(pages),
        "detail": [],
    }
    metrics = [_metrics(number, page) for number, page in zip(numbers, pages, strict=True)]
    milliseconds = round(seconds * 1000)
    return {"result": result, "metrics": metrics, "duration": milliseconds, "message": "success", "version": VERSION}


def _markdown(pages: Sequence[PageContent], *, pictures: bool = True) -> str:
    pieces = (piece for page in pages for piece in page.pieces if pictures or piece.picture is None)
    return BETWEEN_BLOCKS.join(piece.markdown for piece in pieces)


def _page(number: int, page: PageContent) -> Json:
    width, height = page.space.size
    return {
        "page_id": number,
        "content": [_item(piece) for piece in page.pieces],
        "status": "success",
        "height": height,
        "structured": [],
        "width": width,
    }


def _item(piece: Piece) -> Json:
    item: Json = {"pos": list(piece.place), "type": piece.kind, "text": piece.text}
    return item if piece.picture is None else {**item, "image_url": piece.picture}


def _metrics(number: int, page: PageContent) -> Json:
    width, height = page.space.size
    return {
        "status": "success",
        "dpi": DPI,
        "page_id": number,
        "page_image_width": width,
        "page_image_height": height,
    }
