"""Takes the long strings out of JSON, so that a parser sees a short text.

A document in JSON is one long string among a few short fields. A JSON parser holds Python's interpreter lock to its
end. For a body of many megabytes, nothing else in the process runs meanwhile, the event loop included. Here the long
strings are found, checked and later read in slices. The rest is the outline. It is short in every real request, and
refused if it is not.
"""

import codecs
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

OUTLINE_BYTES = 64 * 1024
"""Largest outline. Of brackets alone, a parser makes 20,000 objects in 1 ms."""
SHORT_STRING_BYTES = 16 * 1024
"""A string of this many bytes or more may be left out of the outline. URLs and identifiers are shorter."""
SLICE_BYTES = 128 * 1024
"""Bytes that are looked at in one call of C code, which holds the interpreter lock."""

_CONTROLS = bytes(range(0x20))
_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
_MARK = secrets.token_hex(16)
"""Begins what stands in the outline for a long string. Nobody outside can guess it."""
_WHOLE_STRINGS = re.compile(rb'(?:[^"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
"""Everything up to the beginning of a string that does not end in the text."""
_INSIDE_STRING = re.compile(rb'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*+)*+')


class SkimError(ValueError):
    """The body is not JSON.

    Attributes:
        offset: of the first character that is wrong; the length of the body where its end is missing, or the beginning
            of the string that does not end.
    """

    def __init__(self, offset: int) -> None:
        super().__init__("not JSON")
        self.offset = offset


class TooMuchJson(ValueError):
    """The body's JSON beside its long strings is over `OUTLINE_BYTES`."""

    def __init__(self) -> None:
        super().__init__(
            f"JSON should have at most {OUTLINE_BYTES} bytes beside strings of {SHORT_STRING_BYTES} bytes or more"
        )


@dataclass(frozen=True, slots=True)
class LongString:
    """A string in a JSON body.

    Attributes:
        body: in UTF-8.
        begin, end: of the string's content, which is checked.
    """

    body: bytes = field(repr=False)
    begin: int
    end: int

    def pieces(self) -> Iterator[str]:
        """The text in pieces of at most `SLICE_BYTES` characters."""
        high = ""
        for piece in self._unescaped():
            text = high + piece
            if high and "\udc00" <= text[1:2] <= "\udfff":
                # Two escapes, one in each piece, make one character.
                text = text[:2].encode("utf-16", "surrogatepass").decode("utf-16") + text[2:]
            high = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
            yield text.removesuffix(high)
        if high:
            yield high

    def _unescaped(self) -> Iterator[str]:
        position, decoder = self.begin, codecs.getincrementaldecoder("utf-8")()
        while position < self.end:
            stop = min(position + SLICE_BYTES, self.end)
            if self.body.find(b"\\", position, stop) >= 0:
                stop = _end_of_match(_INSIDE_STRING, self.body, position, stop)
                text = decoder.decode(self.body[position:stop])
                yield str(json.loads(f'"{text}"'))
            else:
                yield decoder.decode(self.body[position:stop])
            position = stop

    def head(self, length: int) -> str:
        """The first characters, or all if there are fewer."""
        text = ""
        for piece in self.pieces():
            text += piece
            if len(text) >= length:
                break
        return text[:length]


def pieces_of(text: str | LongString) -> Iterator[str]:
    """A text in pieces that are short enough for one call of C code."""
    if isinstance(text, LongString):
        yield from text.pieces()
    else:
        for begin in range(0, len(text), SLICE_BYTES):
            yield text[begin : begin + SLICE_BYTES]


@dataclass(frozen=True, slots=True)
class Outline:
    """JSON without its long strings.

    Attributes:
        text: the JSON in UTF-8, at most `OUTLINE_BYTES` long, with a mark for each long string.
    """

    text: bytes
    _body: bytes
    _strings: tuple[LongString, ...] = ()
    _ends: tuple[int, ...] = ()
    """Of the marks in the text."""

    def value(self, parsed: object) -> object:
        """Give the long string for which a parsed value stands, or else the value itself."""
        if isinstance(parsed, str) and parsed.startswith(_MARK):
            return self._strings[int(parsed[len(_MARK) :])]
        return parsed

    def offset(self, position: int) -> int:
        """The number of characters in the body before a byte of the outline."""
        at = position
        for string, end in zip(self._strings, self._ends, strict=True):
            if position >= end:
                at = string.end + 1 + position - end
        return _characters(self._body, at)


def outline(body: bytes) -> Outline:
    """Take the long strings out of a JSON body.

    Args:
        body: JSON in UTF-8, 16 or 32.

    Raises:
        SkimError: it is not Unicode, or a long string is not proper JSON.
        TooMuchJson: the rest is too long.
    """
    body = _as_utf8(body)
    if len(body) <= OUTLINE_BYTES:
        return Outline(body, body)
    text, strings, ends, position = bytearray(), list[LongString](), list[int](), 0
    while position < len(body):
        whole = _end_of_match(_WHOLE_STRINGS, body, position, position + SHORT_STRING_BYTES)
        if whole > position:
            text += body[position:whole]
            position = whole
        else:
            end = _end_of_string(body, position + 1)
            text += f'"{_MARK}{len(strings)}"'.encode()
            strings.append(LongString(body, position + 1, end))
            ends.append(len(text))
            position = end + 1
        if len(text) > OUTLINE_BYTES:
            raise TooMuchJson
    return Outline(bytes(text), body, tuple(strings), tuple(ends))


def _end_of_string(body: bytes, begin: int) -> int:
    """Find the quote that ends a string, and check what is before it."""
    position = begin
    while position < len(body):
        stop = min(position + SLICE_BYTES, len(body))
        quote = body.find(b'"', position, stop)
        plain_end = stop if quote < 0 else quote
        if body.find(b"\\", position, plain_end) < 0:
            plain = body[position:plain_end]
            if len(plain.translate(None, _CONTROLS)) < len(plain):
                raise SkimError(_characters(body, _end_of_match(_INSIDE_STRING, body, position, plain_end)))
            position = plain_end
            if quote >= 0:
                return quote
            continue
        end = _end_of_match(_INSIDE_STRING, body, position, stop)
        if body[end : end + 1] == b'"':
            return end
        if end == position:
            raise SkimError(_characters(body, position))
        position = end
    raise SkimError(_characters(body, begin - 1))


def _end_of_match(pattern: re.Pattern[bytes], body: bytes, begin: int, end: int) -> int:
    match = pattern.match(body, begin, end)
    assert match is not None  # both patterns match the empty text
    return match.end()


def _as_utf8(body: bytes) -> bytes:
    encoding = json.detect_encoding(body)
    if encoding != "utf-8":
        return _reencoded(body, encoding)
    for begin in range(0, len(body), SLICE_BYTES):
        if not body[begin : begin + SLICE_BYTES].isascii():
            _check_utf8(body, begin)
            break
    return body


def _reencoded(body: bytes, encoding: str) -> bytes:
    decoder, utf8 = codecs.getincrementaldecoder(encoding)(), BytesIO()
    for begin in range(0, len(body), SLICE_BYTES):
        piece = body[begin : begin + SLICE_BYTES]
        waiting = len(decoder.getstate()[0])
        try:
            utf8.write(decoder.decode(piece, begin + len(piece) == len(body)).encode())
        except UnicodeDecodeError as error:
            raise SkimError(begin - waiting + error.start) from None
    return utf8.getvalue()


def _check_utf8(body: bytes, position: int) -> None:
    """Decode in pieces: a Python string with one character beyond the BMP takes four bytes for every character."""
    while position < len(body):
        piece = body[position : position + SLICE_BYTES]
        try:
            position += codecs.utf_8_decode(piece, "strict", position + len(piece) == len(body))[1]
        except UnicodeDecodeError as error:
            raise SkimError(position + error.start) from None


def _characters(body: bytes, end: int) -> int:
    pieces = (body[begin : min(begin + SLICE_BYTES, end)] for begin in range(0, end, SLICE_BYTES))
    return sum(len(piece.translate(None, _CONTINUATION_BYTES)) for piece in pieces)
