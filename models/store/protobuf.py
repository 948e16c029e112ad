"""Reads and writes protobuf messages as lists of fields, without a library and without their definition.

An ONNX file is one protobuf message. A field that nobody touches is written as it was read, so a small change of a
model leaves the rest of its file as it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {FIXED64: 8, FIXED32: 4}
_LONGEST_VARINT = 10


class MalformedMessage(Exception):
    """The bytes are not a protobuf message."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message.

    Attributes:
        number: its number in the definition of the message.
        kind: its wire type: `VARINT`, `FIXED64`, `BYTES` or `FIXED32`.
        value: the integer of a `VARINT`; else the bytes, such as a text or a message inside this one.
    """

    number: int
    kind: int
    value: int | bytes


def integer(number: int, value: int) -> Field:
    """Make a field that is an integer."""
    return Field(number, VARINT, value)


def content(number: int, value: bytes | str) -> Field:
    """Make a field that is bytes, a text, or a message."""
    return Field(number, BYTES, value.encode() if isinstance(value, str) else value)


def read_message(data: bytes) -> list[Field]:
    """All fields of a message in their order.

    Raises:
        MalformedMessage: the bytes end too early, or have an unknown wire type.
    """
    return list(_fields(data))


def write_message(fields: Iterable[Field]) -> bytes:
    """Write fields in their order. `read_message` gives them back."""
    parts = []
    for field in fields:
        parts.append(_varint(field.number << 3 | field.kind))
        if isinstance(field.value, int):
            parts.append(_varint(field.value))
            continue
        if field.kind == BYTES:
            parts.append(_varint(len(field.value)))
        parts.append(field.value)
    return b"".join(parts)


def contents(fields: Iterable[Field], number: int) -> list[bytes]:
    """The values of all fields of a number that are bytes."""
    return [field.value for field in fields if field.number == number and isinstance(field.value, bytes)]


def texts(fields: Iterable[Field], number: int) -> list[str]:
    """The values of all fields of a number as texts."""
    return [value.decode() for value in contents(fields, number)]


def integers(fields: Iterable[Field], number: int) -> list[int]:
    """The integers of all fields of a number, one in a field or packed together."""
    found: list[int] = []
    for field in (field for field in fields if field.number == number):
        if isinstance(field.value, int):
            found.append(field.value)
            continue
        position = 0
        while position < len(field.value):
            value, position = _read_varint(field.value, position)
            found.append(value)
    return found


def _fields(data: bytes) -> Iterator[Field]:
    position = 0
    while position < len(data):
        tag, position = _read_varint(data, position)
        number, kind = divmod(tag, 8)
        if kind == VARINT:
            value, position = _read_varint(data, position)
            yield Field(number, kind, value)
            continue
        if kind == BYTES:
            size, position = _read_varint(data, position)
        elif kind in _FIXED_SIZES:
            size = _FIXED_SIZES[kind]
        else:
            raise MalformedMessage
        if position + size > len(data):
            raise MalformedMessage
        yield Field(number, kind, data[position : position + size])
        position += size


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    """Read one integer. Gives it and the position after it."""
    value = 0
    for index, byte in enumerate(data[position : position + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, position + index + 1
    raise MalformedMessage


def _varint(value: int) -> bytes:
    taken = bytearray()
    while value > 0x7F:
        taken.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*taken, value])
