"""Reads named fields of JSON objects, and builds nothing else.

The standard library makes Python objects of everything in a body, also of unknown fields. This module skips all other
fields, and the content of arrays and objects where the contract has single values. It is stricter than the standard
library: ``NaN`` and ``Infinity``, lone surrogates and bytes that are not Unicode are no JSON here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from server.http.json_outline import Outline, SkimError, outline

_ABSENT = msgspec.Raw(b"")
_BYTE_OFFSET = re.compile(r"\(byte (\d+)\)$")


Inside = Mapping[str, Sequence[str]]


def skim(body: bytes, names: Sequence[str], inside: Inside | None = None) -> object:
    """Read single values of an object.

    Args:
        body: JSON in UTF-8, 16 or 32.
        names: fields to read. If a name comes twice, its last value counts.
        inside: fields to read inside a named object, by its name.

    Returns:
        A dict of the named fields that are there. A long string is a `LongString`. An array or object is empty, unless
        ``inside`` names it; so is the result where the body is an array. Error messages then have the right type
        without the content.

    Raises:
        SkimError: it is not JSON.
        TooMuchJson: beside long strings, it is too long.
        ValueError: a named integer has more digits than Python converts.
        RecursionError: it is nested too deeply.
    """
    found = outline(body)
    try:
        return _fields(found, found.text, tuple(names), inside or {})
    except msgspec.DecodeError as error:
        raise SkimError(_offset(error, found)) from None


def _fields(found: Outline, text: bytes | msgspec.Raw, names: tuple[str, ...], inside: Inside) -> object:
    try:
        fields = _decoder(names).decode(text)
    except msgspec.ValidationError:  # no field has a type that could be wrong, so the whole is no object
        return _value(found, msgspec.json.decode(text, type=msgspec.Raw))
    present = ((name, getattr(fields, name)) for name in names)
    return {name: _field(found, raw, inside.get(name, ())) for name, raw in present if raw is not _ABSENT}


def _field(found: Outline, raw: msgspec.Raw, names: Sequence[str]) -> object:
    if names and bytes(memoryview(raw)[:1]) == b"{":
        return _fields(found, raw, tuple(names), {})
    return _value(found, raw)


@lru_cache(maxsize=8)
def _decoder(names: tuple[str, ...]) -> msgspec.json.Decoder[msgspec.Struct]:
    return msgspec.json.Decoder(msgspec.defstruct("Fields", [(name, msgspec.Raw, _ABSENT) for name in names]))


def _value(found: Outline, raw: msgspec.Raw) -> object:
    """The value of checked JSON. A string is at most as large as its JSON; everything else is small or left out."""
    text = memoryview(raw)
    first = bytes(text[:1])
    if first == b'"':
        return found.value(msgspec.json.decode(raw, type=str))
    if first in b"[{":
        return [] if first == b"[" else {}
    return json.loads(bytes(text))


def _offset(error: msgspec.DecodeError, found: Outline) -> int:
    place = _BYTE_OFFSET.search(str(error))
    return found.offset(int(place[1]) if place else len(found.text))
