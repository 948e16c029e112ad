"""PDF pages whose own text is made to hurt whoever reads it. It is not taken, and the page is still drawn."""

import asyncio
from collections.abc import Callable

import pytest

from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.decode.page_layer import PageLayer
from server.errors import InvalidInputFile
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.samples import pdf, stream
from tests.unit.server.decode.text_pdfs import letter, text, text_pdf

GLYPHS = 1_000_000
OBJECTS = 60_000


def one_long_string() -> bytes:
    """A million glyphs in one string."""
    return text_pdf("BT /F 1 Tf 10 400 Td (" + "ab" * (GLYPHS // 2) + ") Tj ET")


def many_strings() -> bytes:
    """A text object for each of many glyphs."""
    return text_pdf("BT /F 4 Tf 10 400 Td " + "(x) Tj 1 0 Td " * OBJECTS + "ET")


def many_in_forms() -> bytes:
    """Text in forms that draw each other: ten to the power of five times."""
    forms = [
        stream(
            b"/F Do " * 10,
            b"/Type /XObject /Subtype /Form /BBox [0 0 99 99] /Resources << /XObject << /F %d 0 R >> >>" % (number + 1),
        )
        for number in range(5, 10)
    ]
    last = stream(b"BT /F 9 Tf (x) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 99 99]")
    page = b"/MediaBox [0 0 160 32] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >>"
    return pdf(page, extra=[stream(b"/F Do"), *forms, last])


def endless_map() -> bytes:
    """Each glyph maps to thousands of characters."""
    return text_pdf(letter(), maps=[dict.fromkeys(range(256), "xyz" * 80)])


def broken_font() -> bytes:
    """A font program that is none."""
    font = (
        b"<< /Type /Font /Subtype /TrueType /BaseFont /X /FirstChar 32 /LastChar 126 /Widths [%s] "
        b"/FontDescriptor 6 0 R >>"
    )
    descriptor = (
        b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 99999 "
        b"/Descent -99999 /CapHeight 700 /StemV 80 /FontFile2 7 0 R >>"
    )
    page = b"/MediaBox [0 0 160 32] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >>"
    content = stream(b"BT /F 12 Tf 9 9 Td (Hello there) Tj ET")
    return pdf(page, extra=[content, font % (b"600 " * 95), descriptor, stream(b"\0\1\0\0" + b"\xff" * 999)])


def endless_size() -> bytes:
    """Letters as large as numbers get."""
    return text_pdf("BT /F 1e30 Tf 1e20 0 0 1e20 1e25 -1e25 Tm (Hello) Tj ET" + text("x", 1e9, 1e9, 1e-9))


HOSTILE = (one_long_string, many_strings, many_in_forms, endless_map, endless_size)


def outcome(data: bytes) -> tuple[PageLayer, bool, PageLayer]:
    """The layer of a page, whether the page is drawn, and the layer of a sound page afterwards."""

    async def read() -> tuple[PageLayer, bool, PageLayer]:
        decoder = Decoder(DecodeSettings(workers=1), LimitSettings())
        await decoder.start()
        try:
            async with decoder.open(RawFile(data, FileKind.PDF), max_pages=1) as document:
                layer = await document.layer(0)
                try:
                    drawn = (await document.page(0)).image.size > 0
                except InvalidInputFile:
                    drawn = False
            async with decoder.open(RawFile(text_pdf(letter()), FileKind.PDF), max_pages=1) as document:
                sound = await document.layer(0)
        finally:
            await decoder.stop()
        assert layer is not None
        assert sound is not None
        return layer, drawn, sound

    return asyncio.run(read())


@pytest.mark.parametrize("make", HOSTILE)
def test_a_hostile_text_is_not_taken_and_harms_nobody_else(make: Callable[[], bytes]) -> None:
    layer, drawn, sound = outcome(make())
    assert layer.fault != "none"
    assert layer.lines == ()
    assert drawn
    assert sound.fault == "none"
    assert len(sound.lines) == 4


def test_a_broken_font_harms_nobody() -> None:
    _, drawn, sound = outcome(broken_font())
    assert drawn
    assert sound.fault == "none"
