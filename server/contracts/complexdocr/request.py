"""Parses and checks the contract's request, in the contract's order.

Missing fields are found first (10301), then wrong types and files that are not of the announced kind (10304), then
values out of range (10305).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from server.contracts.complexdocr.errors import MISSING, OUT_OF_RANGE, WRONG_TYPE, Refused
from server.http.json_outline import LongString, pieces_of
from server.http.json_skim import skim
from server.intake.base64_input import StrictDecoder
from server.intake.raw_file import FileKind
from server.intake.sniff import JPEG_MAGIC, PNG_MAGIC, sniff_kind
from server.intake.url_rules import is_too_long, is_url
from server.telemetry.record import RequestRecord

FIELDS = ("seqid", "image", "html_escape", "generate_image", "output_format", "image_type", "first_page_idx")
SWITCHES = {"html_escape": True, "generate_image": False}
NUMBERS = {"output_format": 0, "image_type": 0, "first_page_idx": 1}
TEXT, MARKDOWN, DOCUMENT = 0, 1, 3
MAX_SEQID = 16 * 1024
"""Characters of the longest ``seqid``, which every answer repeats."""
MAX_FIRST_PAGE = 2**52
"""So that clients can tell the pages apart even if they keep numbers as doubles."""

_DATA_URI = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)
_IMAGE_MAGICS = (PNG_MAGIC, JPEG_MAGIC)

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """The request's options for its answer.

    Attributes:
        output_format: `TEXT`, `MARKDOWN` or `DOCUMENT`.
        html_escape: escape recognised text for HTML.
        pictures: show figures.
        first_page: number of the first page.
    """

    output_format: Literal[0, 1, 3]
    html_escape: bool
    pictures: bool
    first_page: int


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request.

    Attributes:
        options: for the answer.
        kind: the required kind of file.
        source: the file's bytes, or its URL.
    """

    options: AnswerOptions
    kind: FileKind
    source: bytes | str


def parse_call(body: bytes, record: RequestRecord, max_base64_bytes: int) -> Call:
    """Parse and check a body. Pure CPU work in proportion to its size.

    Args:
        body: the whole body.
        record: gets the ``seqid`` as soon as it is known, also if the rest is refused.
        max_base64_bytes: cap on the file's base64, without white space.

    Raises:
        Refused: the body or a field is wrong.
    """
    fields = _decode(body)
    record.log_id = _seqid(fields)
    image = _required(fields)
    _check_types(fields)
    if record.log_id is None:
        raise Refused(OUT_OF_RANGE)
    image_type, output_format = _number(fields, "image_type"), _number(fields, "output_format")
    kind = FileKind.PDF if image_type in (2, 3) else FileKind.IMAGE
    if image_type not in range(4):
        raise Refused(OUT_OF_RANGE)
    source = _address(image) if image_type in (1, 3) else _file(image, kind, max_base64_bytes)
    if output_format not in (TEXT, MARKDOWN, DOCUMENT):
        raise Refused(OUT_OF_RANGE)
    if not 1 <= _number(fields, "first_page_idx") <= MAX_FIRST_PAGE:
        raise Refused(OUT_OF_RANGE)
    options = AnswerOptions(
        output_format=cast("Literal[0, 1, 3]", output_format),
        html_escape=_switch(fields, "html_escape"),
        pictures=_switch(fields, "generate_image") and output_format != TEXT,
        first_page=_number(fields, "first_page_idx"),
    )
    return Call(options, kind, source)


def check_file(data: bytes, kind: FileKind, max_base64_bytes: int) -> None:
    """Check a file's kind, and its size as base64.

    Raises:
        Refused: it is too large, or of another kind.
    """
    if -(-len(data) // 3) * 4 > max_base64_bytes:
        raise Refused(OUT_OF_RANGE)
    if not (data.startswith(_IMAGE_MAGICS) if kind is FileKind.IMAGE else sniff_kind(data) is kind):
        raise Refused(WRONG_TYPE)


def _decode(body: bytes) -> Fields:
    try:
        fields = skim(body, FIELDS)
    except (ValueError, RecursionError) as error:
        raise Refused(WRONG_TYPE) from error
    if not isinstance(fields, dict):
        raise Refused(WRONG_TYPE)
    return fields


def _required(fields: Fields) -> str | LongString:
    """Require both fields, and give ``image`` without a data URI's prefix. Types are checked later."""
    seqid, image = fields.get("seqid"), fields.get("image")
    text = image if isinstance(image, LongString) else _content(image) if isinstance(image, str) else ""
    absent = [isinstance(value, str) and not content for value, content in ((seqid, _text(seqid)), (image, text))]
    if seqid is None or image is None or any(absent):
        raise Refused(MISSING)
    return text


def _content(image: str) -> str:
    prefix = _DATA_URI.match(image.strip())
    return image.strip()[prefix.end() if prefix else 0 :]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _seqid(fields: Fields) -> str | None:
    """The ``seqid`` that an answer can echo; None if it is absent, too long or no text."""
    value = fields.get("seqid")
    value = value.head(MAX_SEQID + 1) if isinstance(value, LongString) else value
    return value if isinstance(value, str) and len(value) <= MAX_SEQID else None


def _check_types(fields: Fields) -> None:
    texts = all(isinstance(fields[name], str | LongString) for name in ("seqid", "image"))
    switches = all(isinstance(fields.get(name), bool | None) for name in SWITCHES)
    numbers = all(type(fields.get(name)) in (int, type(None)) for name in NUMBERS)  # a bool is no number
    if not (texts and switches and numbers):
        raise Refused(WRONG_TYPE)


def _switch(fields: Fields, name: str) -> bool:
    value = fields.get(name)
    return SWITCHES[name] if value is None else bool(value)


def _number(fields: Fields, name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) else NUMBERS[name]


def _address(text: str | LongString) -> str:
    if isinstance(text, LongString) or is_too_long(text) or not is_url(text):
        raise Refused(WRONG_TYPE)
    return text


def _file(text: str | LongString, kind: FileKind, max_base64_bytes: int) -> bytes:
    decoder = StrictDecoder()
    decoder.add_text(pieces_of(text), _DATA_URI)
    try:
        data = decoder.end()
    except ValueError as error:
        raise Refused(WRONG_TYPE) from error
    check_file(data, kind, max_base64_bytes)
    return data
