"""Reads named fields of large JSON objects, and builds nothing else.

The standard library makes Python objects of everything in a body, also of unknown fields. For a body full of empty
objects that is fifty times its size, and seconds in which nothing else in the process runs. This module skips all other
fields, and the content of arrays and objects where the contract has single values. It is stricter than the standard
library: ``NaN`` and ``Infinity``, lone surrogates and bytes that are not Unicode are no JSON here.
"""

import codecs
import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

import msgspec

_ABSENT = msgspec.Raw(b"")
_BYTE_OFFSET = re.compile(r"\(byte (\d+)\)$")
_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
_CHUNK_BYTES = 1024 * 1024
MAX_ARRAY_BYTES = 4 * 1024
"""Largest JSON text of an array that is built."""


class SkimError(ValueError):
    """The body is not JSON.

    Attributes:
        offset: of the first character that is wrong; the length of the body where its end is missing.
    """

    def __init__(self, offset: int) -> None:
        super().__init__("not JSON")
        self.offset = offset


Inside = Mapping[str, Sequence[str]]


def skim(body: bytes, names: Sequence[str], inside: Inside | None = None, arrays: Collection[str] = ()) -> object:
    """Read single values of an object.

    Args:
        body: JSON in UTF-8, 16 or 32.
        names: fields to read. If a name comes twice, its last value counts.
        inside: fields to read inside a named object, by its name.
        arrays: names whose arrays are read, up to `MAX_ARRAY_BYTES`; a longer one is an empty object.

    Returns:
        A dict of the named fields that are there. An array or object is empty, unless ``inside`` or ``arrays`` names
        it; so is the result where the body is an array. Error messages then have the right type without the content.

    Raises:
        SkimError: it is not JSON.
        ValueError: a named integer has more digits than Python converts, or the bytes are not Unicode.
        RecursionError: it is nested too deeply.
    """
    text = _as_utf8(body)
    try:
        return _fields(text, tuple(names), inside or {}, arrays)
    except msgspec.DecodeError as error:
        raise SkimError(_offset(error, text)) from None


def _fields(text: bytes | msgspec.Raw, names: tuple[str, ...], inside: Inside, arrays: Collection[str]) -> object:
    try:
        found = _decoder(names).decode(text)
    except msgspec.ValidationError:  # no field has a type that could be wrong, so the whole is no object
        return _value(msgspec.json.decode(text, type=msgspec.Raw))
    present = ((name, getattr(found, name)) for name in names)
    return {name: _field(raw, inside.get(name, ()), name in arrays) for name, raw in present if raw is not _ABSENT}


def _field(raw: msgspec.Raw, names: Sequence[str], is_array: bool) -> object:
    first = bytes(memoryview(raw)[:1])
    if names and first == b"{":
        return _fields(raw, tuple(names), {}, ())
    if is_array and first == b"[":
        return json.loads(bytes(raw)) if len(memoryview(raw)) <= MAX_ARRAY_BYTES else {}
    return _value(raw)


@lru_cache(maxsize=8)
def _decoder(names: tuple[str, ...]) -> msgspec.json.Decoder[msgspec.Struct]:
    return msgspec.json.Decoder(msgspec.defstruct("Fields", [(name, msgspec.Raw, _ABSENT) for name in names]))


def _value(raw: msgspec.Raw) -> object:
    """The value of checked JSON. A string is at most as large as its JSON; everything else is small or left out."""
    text = memoryview(raw)
    first = bytes(text[:1])
    if first == b'"':
        return msgspec.json.decode(raw, type=str)
    if first in b"[{":
        return [] if first == b"[" else {}
    return json.loads(bytes(text))


def _as_utf8(body: bytes) -> bytes:
    encoding = json.detect_encoding(body)
    if encoding != "utf-8":
        return body.decode(encoding).encode()
    if not body.isascii():
        _check_utf8(body)
    return body


def _check_utf8(body: bytes) -> None:
    """Decode in pieces: a Python string with one character beyond the BMP takes four bytes for every character."""
    position = 0
    while position < len(body):
        piece = body[position : position + _CHUNK_BYTES]
        try:
            position += codecs.utf_8_decode(piece, "strict", position + len(piece) == len(body))[1]
        except UnicodeDecodeError as error:
            raise SkimError(position + error.start) from None


def _offset(error: msgspec.DecodeError, text: bytes) -> int:
    found = _BYTE_OFFSET.search(str(error))
    before = text[: int(found[1])] if found else text
    return len(before.translate(None, _CONTINUATION_BYTES))
