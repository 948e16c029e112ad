"""An ONNX model of a few bytes, written by hand."""

import struct


def field(number: int, value: bytes | int | str) -> bytes:
    """One protobuf field; numbers here are below 128, so every varint of a number is one byte."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    assert len(data) < 16_384
    length = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
    return bytes([number << 3 | 2]) + length + data


def multiply_model() -> bytes:
    """An ONNX model: y = x * one, x float32 of four unknown dimensions."""
    shape = b"".join(field(1, field(2, name)) for name in "nchw")
    tensor = field(1, field(1, 1) + field(2, shape))
    one = field(1, 1) + field(2, 1) + field(8, "one") + field(9, struct.pack("<f", 1.0))
    node = field(1, "x") + field(1, "one") + field(2, "y") + field(4, "Mul")
    graph = field(1, node) + field(2, "g") + field(5, one)
    graph += field(11, field(1, "x") + field(2, tensor)) + field(12, field(1, "y") + field(2, tensor))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))
