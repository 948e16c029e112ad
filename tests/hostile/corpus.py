"""The hostile corpus: files of every format, whole and damaged in every way, made anew for every run from fixed seeds.

A name's extension says how the file is sent: as a PDF where it is ``.pdf``, else as an image. ``expected.json`` says
what becomes of each: decided by what the file is. A contract that must answer some of them in another way says so in
its adapter.
"""

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tests.contract.adapters import Adapter, Outcome, Reply, Said
from tests.hostile import broken_pdfs, seeds
from tests.hostile.mutations import with_right_sums
from tests.unit.server.decode import samples
from tests.unit.server.decode.office import office_samples

EXPECTED = Path(__file__).with_name("expected.json")
PNG, JPEG, BMP, GIF = "plain.png", "plain.jpg", "plain.bmp", "plain.gif"
DOCX = "plain.docx"
BLANK = np.full((64, 320, 3), 255, np.uint8)

Maker = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Expected:
    """The outcome that a file must have.

    Attributes:
        what: it is.
        text: whether the line of text on it is read, where it is read at all.
        outcome: one of these, by every contract that does not differ.
    """

    what: str
    text: bool
    outcome: tuple[Outcome, ...]


def expected() -> dict[str, Expected]:
    """By the file's name."""
    found = json.loads(EXPECTED.read_text(encoding="utf-8"))
    return {
        name: Expected(file["what"], file["text"], tuple(map(Outcome, file["outcome"]))) for name, file in found.items()
    }


def prescribed(adapter: Adapter, name: str) -> tuple[Said, ...]:
    """The answers to a file that a contract may give."""
    if name in adapter.hostile:
        return adapter.hostile[name]
    return tuple(adapter.says[outcome][0] for outcome in expected()[name].outcome)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def wrong(adapter: Adapter, name: str, reply: Reply) -> str | None:
    """Return the fault of an answer to a file, or None."""
    ways = prescribed(adapter, name)
    if reply.said not in ways:
        return f"{name} to {adapter.name}: {reply.said} instead of {ways}"
    read = expected()[name].text and adapter.outcome(reply) is Outcome.READ
    if read and _squeezed(seeds.LINE) not in _squeezed(reply.text):
        return f"{name} to {adapter.name}: read as {reply.text!r}"
    return None


def corpus() -> dict[str, Maker]:
    """Makers of all files, by name."""
    whole: dict[str, Maker] = {}
    for name, data in {**seeds.images(), **seeds.documents(), DOCX: seeds.word()}.items():
        whole[name] = lambda data=data: data  # type: ignore[misc]
    return whole | TRUNCATED | EMPTY | FLIPPED | SPLICED | WRONG_NAME | POLYGLOT | BOMBS | TIFFS | PDFS | OFFICE | OTHER


def _half(name: str) -> Maker:
    def make() -> bytes:
        data = (seeds.images() | seeds.documents() | seeds.office())[name]
        return data[: len(data) // 2]

    return make


def _image(name: str) -> bytes:
    return seeds.images()[name]


def _flipped(name: str, at: float) -> bytes:
    """One bit turned over at a place between 0 and 1."""
    data = bytearray(_image(name))
    data[int(at * len(data))] ^= 4
    return bytes(data)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _unpacking_png() -> bytes:
    """Pixels that unpack to a thousand times what the header announces."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", 320, 64, 8, 0, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(bytes(64_000_000), 9))
    return samples.png_header(1, 1)[:8] + head + pixels + _chunk(b"IEND", b"")


def _remark_png() -> bytes:
    """A readable picture with a packed remark of 64 megabytes."""
    data = _image(PNG)
    return data[:33] + _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(64_000_000), 9)) + data[33:]


def _many_frames() -> bytes:
    """A GIF that says its first frame five hundred times."""
    data = _image(GIF)
    head = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    frame = data[data.index(b",", head) : -1]
    return data[:head] + frame * 500 + b";"


def _sized_gif() -> bytes:
    """A canvas of 65,535 pixels a side."""
    return _image(GIF)[:6] + b"\xff\xff\xff\xff" + _image(GIF)[10:]


def _sized_bmp() -> bytes:
    return _image(BMP)[:18] + struct.pack("<ii", 30_000, 30_000) + _image(BMP)[26:]


def _remark_jpeg() -> bytes:
    remark = b"<script>while(1);</script><?php system('id'); ?>"
    return _image(JPEG)[:2] + b"\xff\xfe" + struct.pack(">H", len(remark) + 2) + remark + _image(JPEG)[2:]


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "nothing of interest")
    return buffer.getvalue()


def _tiff_chain(following: list[int]) -> bytes:
    """Blank grey directories of 64 by 32 pixels that share their pixels; each names the next by its number, or -1."""
    tags = {256: 64, 257: 32, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 32, 279: 2048}
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in tags)
    first, step = 8 + 2048, len(directory) + 4
    data = b"II*\0" + struct.pack("<I", first) + b"\xff" * 2048
    for number in following:
        data += directory + struct.pack("<I", 0 if number < 0 else first + number * step)
    return data


def _lying_docx() -> bytes:
    """A package whose list of members says that one of them is four gigabytes long."""
    data = seeds.word()
    at = data.index(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", 0xFFFFFFF0) + data[at + 28 :]


def _bloated_docx() -> bytes:
    """Markup that unpacks to a hundred megabytes more than the list of members says."""
    data = office_samples.with_parts(seeds.word(), {"word/extra.xml": b"<x>" + b" " * 100_000_000 + b"</x>"})
    return data.replace(struct.pack("<I", 100_000_007), struct.pack("<I", 7))


def _laughing_docx() -> bytes:
    """Entities that grow by ten at every level."""
    markup = office_samples.part(seeds.word(), "word/document.xml")
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'?><!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>'.encode()
    return office_samples.with_parts(seeds.word(), {"word/document.xml": markup.replace(b"?>", doctype, 1)})


def _saved(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg>'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="320" height="64"><text y="40">Gate 7 closes</text></svg>'
NOISE = random.Random(6).randbytes

TRUNCATED: Mapping[str, Maker] = {
    **{f"half.{kind}": _half(f"plain.{kind}") for kind in ("png", "jpg", "bmp", "webp", "gif", "tiff", "pdf", "docx")},
    "head.png": lambda: _image(PNG)[:33],
    "head.jpg": lambda: _image(JPEG)[:20],
    "head.pdf": lambda: b"%PDF-1.7\n",
    "byte.png": lambda: b"\x89",
}
EMPTY: Mapping[str, Maker] = {f"empty.{kind}": bytes for kind in ("png", "pdf", "docx")}
FLIPPED: Mapping[str, Maker] = {
    "flipped-magic.png": lambda: _flipped(PNG, 0),
    "flipped-header.png": lambda: _image(PNG)[:19] + b"\x7f" + _image(PNG)[20:],
    "flipped-sizes.png": lambda: with_right_sums(_image(PNG)[:16] + bytes(8) + _image(PNG)[24:]),
    "flipped-pixel.bmp": lambda: _flipped(BMP, 0.5),
    "flipped-scan.jpg": lambda: _flipped(JPEG, 0.9),
    "flipped-magic.pdf": lambda: b"%QDF" + seeds.pdf()[4:].replace(b"%PDF", b"%QDF"),
}
SPLICED: Mapping[str, Maker] = {
    "jpeg-then-png.jpg": lambda: _half(JPEG)() + _half(PNG)(),
    "png-then-jpeg.png": lambda: _half(PNG)() + _half(JPEG)(),
    "tail.png": lambda: _image(PNG) + NOISE(500),
    "tail.pdf": lambda: seeds.pdf() + NOISE(300),
    "front.pdf": lambda: b"some junk before the header\n" + seeds.pdf(),
}
WRONG_NAME: Mapping[str, Maker] = {
    "png-called.pdf": lambda: _image(PNG),
    "pdf-called.png": seeds.pdf,
    "jpeg-called.png": lambda: _image(JPEG),
    "webp-called.jpg": lambda: _image("plain.webp"),
    "zip-called.docx": _zip,
    "png-called.docx": lambda: _image(PNG),
}
POLYGLOT: Mapping[str, Maker] = {
    "png-and-pdf.png": lambda: _image(PNG) + seeds.pdf(),
    "png-and-pdf.pdf": lambda: _image(PNG) + bytes(1024) + seeds.pdf(),
    "gif-and-zip.gif": lambda: _image(GIF) + _zip(),
    "jpeg-with-script.jpg": _remark_jpeg,
}
BOMBS: Mapping[str, Maker] = {
    "pixels.png": lambda: samples.png_header(30_000, 30_000),
    "pixels.bmp": _sized_bmp,
    "pixels.gif": _sized_gif,
    "pixels.tiff": lambda: samples.tiff_header(30_000, 30_000),
    "unpacking.png": _unpacking_png,
    "remark.png": _remark_png,
    "scans.jpg": lambda: samples.scan_bomb(3_000, 60_000, progressive=True),
    "many-frames.gif": _many_frames,
    "one-pixel.png": lambda: _saved(np.zeros((1, 1, 3), np.uint8)),
    "thin.png": lambda: _saved(np.full((1, 3000, 3), 255, np.uint8)),
    "long.png": lambda: _saved(np.full((20, 9000, 3), 255, np.uint8)),
    "blank.png": lambda: _saved(BLANK),
}
TIFFS: Mapping[str, Maker] = {
    "loop.tiff": lambda: _tiff_chain([0]),
    "loop-of-two.tiff": lambda: _tiff_chain([1, 0]),
    "chain.tiff": lambda: _tiff_chain([*range(1, 1000), -1]),
    "astray.tiff": lambda: b"II*\0\xf0\xff\xff\xff" + bytes(64),
    "no-directory.tiff": lambda: b"MM\0*\0\0\0\0" + bytes(64),
}
PDFS: Mapping[str, Maker] = {
    "huge-page.pdf": broken_pdfs.huge_page,
    "no-page.pdf": broken_pdfs.no_page,
    "many-pages.pdf": broken_pdfs.many_pages,
    "looping-table.pdf": broken_pdfs.looping_table,
    "looping-pages.pdf": broken_pdfs.looping_pages,
    "drawing-itself.pdf": broken_pdfs.drawing_that_draws_itself,
    "unpacking.pdf": broken_pdfs.unpacking_bomb,
    "nested.pdf": broken_pdfs.nested_bomb,
    "deep-lists.pdf": broken_pdfs.deep_lists,
    "picture-bomb.pdf": broken_pdfs.picture_bomb,
    "script.pdf": broken_pdfs.with_script,
    "program.pdf": broken_pdfs.with_program,
}
OFFICE: Mapping[str, Maker] = {
    "locked.docx": lambda: office_samples.locked(seeds.word()),
    "lying.docx": _lying_docx,
    "bloated.docx": _bloated_docx,
    "laughs.docx": _laughing_docx,
    "many-members.docx": office_samples.many_members,
    "entity.docx": lambda: office_samples.with_entity("file:///etc/hostname"),
}
OTHER: Mapping[str, Maker] = {
    "picture.svg": lambda: SVG,
    "laughs.svg": lambda: LAUGHS,
    "page.html": lambda: b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>",
    "program.exe": lambda: b"MZ\x90\0" + bytes(56) + b"\x80\0\0\0" + NOISE(400),
    "program.elf": lambda: b"\x7fELF\x02\x01\x01" + bytes(9) + NOISE(400),
    "sound.wav": lambda: b"RIFF\x24\x01\0\0WAVEfmt " + bytes(300),
    "photo.heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + NOISE(400),
    "archive.zip": _zip,
    "noise.bin": lambda: NOISE(5_000),
    "zeros.bin": lambda: bytes(5_000),
    "text.txt": lambda: b"Gate 7 closes\n",
}
