"""The contract's answers.

The outer JSON is ASCII. The vendor's own client decodes the answer in pieces of 1 kB, and a character that is cut in
two would stop it. The document of output format 3 is a string in it, with its characters as they are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from server.contracts.base import Json
from server.contracts.complexdocr.content import Item, PagePart
from server.contracts.complexdocr.errors import SUCCESS, Code
from server.contracts.complexdocr.request import DOCUMENT, MARKDOWN, AnswerOptions

VERSION = "v2.1.0"
DPI = 72
SLICE_CHARACTERS = 128 * 1024
"""Characters that are encoded in one call, which holds up the event loop."""
BETWEEN_BLOCKS = "\n\n"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The fields that every answer has.

    Attributes:
        seqid: the caller's; empty if it could not be read.
        flag_as_string: write ``flag`` as a string.
    """

    seqid: str
    flag_as_string: bool

    def encode(self, code: Code, seconds: float, words_result: Sequence[str] = ()) -> bytes:
        """Encode the whole answer."""
        flag = int(code == SUCCESS)
        content = {
            "seqid": self.seqid,
            "code": code.code,
            "message": code.message,
            "flag": str(flag) if self.flag_as_string else flag,
            "data": {"timeSecond": round(max(0.0, seconds), 3), "words_result": []},
        }
        envelope = json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")
        answer, end = BytesIO(), b"]}}"
        answer.write(envelope.removesuffix(end))
        for number, text in enumerate(words_result):
            answer.write(b',"' if number else b'"')
            for begin in range(0, len(text), SLICE_CHARACTERS):
                answer.write(json.dumps(text[begin : begin + SLICE_CHARACTERS])[1:-1].encode("ascii"))
            answer.write(b'"')
        answer.write(end)
        return answer.getvalue()


def words_result(pages: Sequence[PagePart], options: AnswerOptions, seconds: float) -> list[str]:
    """The content as a list of one string; empty if no text was read.

    Args:
        pages: in the document's order.
        options: of the request.
        seconds: duration of the work.
    """
    if not any(page.lines for page in pages):
        return []
    if options.output_format == DOCUMENT:
        # `json.dumps` would be a single call, however long the text is.
        encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
        return ["".join(encoder.iterencode(_document(pages, options, seconds)))]
    if options.output_format == MARKDOWN:
        return [_markdown(pages)]
    return ["\n".join(line for page in pages for line in page.lines)]


def _document(pages: Sequence[PagePart], options: AnswerOptions, seconds: float) -> Json:
    numbers = range(options.first_page, options.first_page + len(pages))
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


def _markdown(pages: Sequence[PagePart], *, pictures: bool = True) -> str:
    items = (item for page in pages for item in page.items if pictures or item.picture is None)
    return BETWEEN_BLOCKS.join(item.markdown for item in items)


def _page(number: int, page: PagePart) -> Json:
    width, height = page.space.size
    return {
        "page_id": number,
        "content": [_item(item) for item in page.items],
        "status": "success",
        "height": height,
        "structured": [],
        "width": width,
    }


def _item(item: Item) -> Json:
    content: Json = {"pos": list(item.position), "type": item.kind, "text": item.text}
    return content if item.picture is None else {**content, "image_url": item.picture}


def _metrics(number: int, page: PagePart) -> Json:
    width, height = page.space.size
    return {
        "status": "success",
        "dpi": DPI,
        "page_id": number,
        "page_image_width": width,
        "page_image_height": height,
    }
