"""Damage of every kind to a file: cut short, spliced with another, bits flipped, lengths and offsets made absurd."""

import random
import struct
import zlib
from collections.abc import Callable, Sequence

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
"""Edges of integer types, where sums of offsets and products of sizes overflow."""

MAX_BYTES = 300_000
"""No mutant is longer: time goes into parsing, not into reading."""

Mutation = Callable[[random.Random, bytes, bytes], bytes]
"""From a file and another one to a damaged file."""


def truncate(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Cut off the end."""
    return data[: chance.randrange(len(data) + 1)]


def splice(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one and the end of another."""
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def flip(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Turn over one to sixteen bits, half the time near the beginning, where headers are."""
    damaged = bytearray(data)
    reach = len(damaged) if chance.random() < 0.5 else min(len(damaged), 200)
    for _number in range(chance.randint(1, 16) if reach else 0):
        damaged[chance.randrange(reach)] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def overwrite(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Replace a stretch by zeros, by ones or by noise."""
    at, length = chance.randrange(len(data) + 1), chance.randint(1, 64)
    stretch = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))
    return data[:at] + stretch + data[at + length :]


def renumber(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Put a number at the edge of its type somewhere, in either order of bytes."""
    at = chance.randrange(len(data) + 1)
    form = chance.choice(("<I", ">I", "<H", ">H"))
    number = chance.choice(NUMBERS)
    packed = struct.pack(form, number & (0xFFFF if form[1] == "H" else 0xFFFFFFFF))
    return data[:at] + packed + data[at + len(packed) :]


def rewrite_digits(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Replace a decimal number of a text format (PDF, Netpbm) by an absurd one."""
    places = [at for at in range(len(data) - 1) if 48 <= data[at] <= 57][:4000]
    if not places:
        return data
    at = chance.choice(places)
    return data[:at] + chance.choice((b"0", b"-1", b"99999999", b"2147483648", b"1e9", b"")) + data[at + 1 :]


def repeat(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Say a stretch again and again, as chunks, directories and objects that loop do."""
    at, length = chance.randrange(len(data) + 1), chance.randint(1, 512)
    return data[:at] + data[at : at + length] * chance.randint(2, 100) + data[at + length :]


def remove(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Leave out a stretch."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.randint(1, 256) :]


MUTATIONS: Sequence[Mutation] = (truncate, splice, flip, overwrite, renumber, rewrite_digits, repeat, remove)


def mutate(chance: random.Random, data: bytes, other: bytes) -> tuple[str, bytes]:
    """Damage a file once or a few times; half the time a PNG's sums are made right again.

    Returns:
        The first damage's name, and the file.
    """
    first = chance.choice(MUTATIONS)
    damaged = first(chance, data, other)
    for _ in range(chance.choice((0, 0, 1, 2))):
        damaged = chance.choice(MUTATIONS)(chance, damaged, other)
    if damaged.startswith(PNG_MAGIC) and chance.random() < 0.5:
        damaged = with_right_sums(damaged)
    return first.__name__, damaged[:MAX_BYTES]


def with_right_sums(data: bytes) -> bytes:
    """A PNG whose chunks have the check sums of what is in them, or their decoder would look no further."""
    parts, at = [data[:8]], 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 8 + length]
        if len(body) < 4 + length:
            break
        parts += [data[at : at + 4], body, zlib.crc32(body).to_bytes(4, "big")]
        at += 12 + length
    return b"".join(parts) + data[at:]
