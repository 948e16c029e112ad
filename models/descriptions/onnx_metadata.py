"""Reads the metadata of an ONNX file without loading the model or an ONNX library.

An ONNX file is one protobuf message, ModelProto. Its field 14 (`metadata_props`) repeats StringStringEntryProto, which
has a key in field 1 and a value in field 2 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). All other fields
are skipped by seeking past them, also the graph with its weights. So the cost does not depend on the model's size.
"""

from pathlib import Path
from typing import BinaryIO

from models.errors import InvalidModelDirectory

_METADATA_FIELD = 14
_KEY_FIELD, _VALUE_FIELD = 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_METADATA_BYTES = 16 * 1024 * 1024


class _Malformed(Exception):
    """The bytes are not a protobuf message."""


def read_onnx_metadata(file: Path) -> dict[str, str]:
    """Read all metadata entries of an ONNX file.

    Raises:
        InvalidModelDirectory: the file cannot be read or is not an ONNX file.
    """
    try:
        with file.open("rb") as stream:
            entries = [_read_entry(message) for message in _metadata_messages(stream, file.stat().st_size)]
    except (_Malformed, UnicodeDecodeError) as error:
        raise InvalidModelDirectory(f"{file}: is not an ONNX file, or is truncated.") from error
    except OSError as error:
        raise InvalidModelDirectory(f"{file}: cannot be read: {error.strerror}.") from error
    return dict(entries)


def _metadata_messages(stream: BinaryIO, end: int) -> list[bytes]:
    messages = []
    while stream.tell() < end:
        field, wire_type = divmod(_varint(stream), 8)
        size = _size(stream, wire_type)
        if stream.tell() + size > end:
            raise _Malformed
        if field == _METADATA_FIELD and wire_type == _BYTES and size <= _MAX_METADATA_BYTES:
            messages.append(stream.read(size))
        else:
            stream.seek(size, 1)
    return messages


def _read_entry(message: bytes) -> tuple[str, str]:
    texts = {_KEY_FIELD: b"", _VALUE_FIELD: b""}
    position = 0
    while position < len(message):
        tag, position = _varint_at(message, position)
        size, position = _varint_at(message, position)
        if tag % 8 != _BYTES or position + size > len(message):
            raise _Malformed
        texts[tag // 8] = message[position : position + size]
        position += size
    return texts[_KEY_FIELD].decode(), texts[_VALUE_FIELD].decode()


def _size(stream: BinaryIO, wire_type: int) -> int:
    if wire_type == _VARINT:
        _varint(stream)
        return 0
    if wire_type == _BYTES:
        return _varint(stream)
    if wire_type in (_FIXED64, _FIXED32):
        return 8 if wire_type == _FIXED64 else 4
    raise _Malformed


def _varint(stream: BinaryIO) -> int:
    value, _ = _varint_at(_varint_bytes(stream), 0)
    return value


def _varint_bytes(stream: BinaryIO) -> bytes:
    taken = b""
    while len(taken) < 10 and (byte := stream.read(1)):
        taken += byte
        if byte[0] < 0x80:
            return taken
    raise _Malformed


def _varint_at(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise _Malformed
