"""Gets the document of a request from base64 or a URL, and checks its format."""

from collections.abc import Iterable, Sequence

from server.contracts.baidu.errors import (
    BAD_FORMAT,
    BAD_SIZE,
    EMPTY_IMAGE,
    INVALID_PARAM,
    URL_MALFORMED,
    URL_SIZE,
    URL_UNUSABLE,
    Refused,
)
from server.contracts.baidu.fields import Fields
from server.contracts.baidu.request import Api, Call
from server.contracts.front_desk import Visit
from server.decode.document import DocumentInfo
from server.intake.base64_input import StrictDecoder
from server.intake.raw_file import FileKind, RawFile
from server.intake.sniff import BMP_MAGIC, JPEG_MAGIC, PNG_MAGIC

MIN_SIDE = 15
"""Shortest side in pixels."""

_MAGICS = (JPEG_MAGIC, PNG_MAGIC, BMP_MAGIC)
_LINE_BREAKS = b"\r\n\t"
_BLANK = b"+ =" + _LINE_BREAKS
"""Characters that make no picture by themselves. A plus sign may be a space."""
_GROUP = 4
"""Characters of base64 that make three bytes."""
_NO_LINE_BREAKS = bytes.maketrans(b" ", b"+")


async def open_file(fields: Fields, call: Call, api: Api, visit: Visit) -> RawFile:
    """Get the document of a request. It is not decoded yet.

    Raises:
        Refused: the document or its URL is empty, too long or too large, or the contract does not take its format.
        UrlNotFetched: it cannot or must not be fetched.
    """
    if call.source == "url":
        if "url" in fields.too_long:
            raise Refused(URL_SIZE)
        return RawFile(await _fetch(fields.texts["url"].strip(), api, visit), FileKind.IMAGE, composite_alpha=True)
    data = await visit.in_thread(decode_base64, fields.take_file(call.source), api.max_base64_bytes)
    if call.source == "pdf_file":
        return RawFile(data, FileKind.PDF)
    return RawFile(_image(data), FileKind.IMAGE, composite_alpha=True)


def decode_base64(pieces: Iterable[bytes], max_bytes: int) -> bytes:
    """Decode strictly, except that line breaks are dropped. A space is a plus sign, which a form has lost.

    Spaces around the text are dropped.

    Args:
        pieces: the base64.
        max_bytes: its largest length, without line breaks.

    Raises:
        Refused: it is empty, too long, or not base64.
    """
    parts, length, empty = list[bytes](), 0, True
    for piece in pieces:
        empty = empty and not piece.strip(_BLANK)
        part = piece.translate(_NO_LINE_BREAKS, _LINE_BREAKS)
        length += len(part)
        if length < max_bytes + _GROUP:  # more is counted and not kept
            parts.append(part)
    if empty:
        raise Refused(EMPTY_IMAGE)
    first, last = _spaces_around(parts, length % _GROUP)
    if length - first - last > max_bytes:
        raise Refused(BAD_SIZE)
    decoder = StrictDecoder()
    begin = 0
    for part in parts:
        decoder.add(part[max(0, first - begin) : max(0, length - last - begin)])
        begin += len(part)
    try:
        return decoder.end()
    except ValueError as error:
        raise Refused(BAD_FORMAT) from error


def choose_page(call: Call, api: Api, info: DocumentInfo) -> tuple[int]:
    """Choose the page to read.

    Raises:
        Refused: the document has no such page, or the contract does not take its size.
    """
    if call.page >= info.processed_pages:
        raise Refused(INVALID_PARAM)
    size = info.sizes[call.page]
    if min(size) < MIN_SIDE or max(size) > api.max_side:
        raise Refused(BAD_SIZE)
    return (call.page,)


def _spaces_around(parts: Sequence[bytes], extra: int) -> tuple[int, int]:
    """Count the plus signs at each end that are spaces: base64 comes in groups of four. Both ends lose them in turn.

    Args:
        parts: the text.
        extra: characters beyond whole groups.
    """
    start, end = _at_least(parts, _GROUP), _at_least([part[::-1] for part in reversed(parts)], _GROUP)
    first = last = 0
    for turn in range(extra):
        begins, ends = start[first : first + 1] == b"+", end[last : last + 1] == b"+"
        if ends and (turn % 2 == 0 or not begins):
            last += 1
        elif begins:
            first += 1
    return first, last


def _at_least(parts: Iterable[bytes], count: int) -> bytes:
    """So many bytes from the begin of a text, if it has them."""
    taken = b""
    for part in parts:
        taken += part[:count]
        if len(taken) >= count:
            break
    return taken


async def _fetch(url: str, api: Api, visit: Visit) -> bytes:
    if not url:
        raise Refused(URL_SIZE)
    if any(map(str.isspace, url.partition("://")[2].partition("/")[0])):
        raise Refused(URL_MALFORMED)
    data = await visit.fetch(url)
    if not data:
        raise Refused(URL_UNUSABLE)
    if -(-len(data) // 3) * 4 > api.max_base64_bytes:
        raise Refused(BAD_SIZE)
    return _image(data)


def _image(data: bytes) -> bytes:
    """Refuse formats that this server reads, but that this contract does not take."""
    if not data.startswith(_MAGICS):
        raise Refused(BAD_FORMAT)
    return data
