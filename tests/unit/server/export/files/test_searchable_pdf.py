"""Searchable PDF, read by PDFium and, where it is installed, by Poppler's pdftotext."""

import io
import logging
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pikepdf
import pypdf
import pypdfium2 as pdfium
import pytest
from numpy.typing import NDArray

from models.document import TextLine
from models.layout.document import Block
from server.export.files.file_page import FilePage
from server.export.files.result_file import RESULT_FORMATS
from server.export.files.searchable_pdf import write_pdf
from server.export.files.text_layer import FONT_FILE
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode import samples
from tests.unit.server.export.files.file_pages import (
    IMAGE_SOURCE,
    POINTS_PER_PIXEL,
    file_page,
    marked,
    pictures_of,
    text_line,
    turned_line,
)
from tests.unit.server.export.files.make_blank_font import blank_font
from tests.unit.server.export.files.similarity import similarity

NEAR = 2.0
"""Points that a line's text may be off."""
TEXTS = ("Hello World 123", "你好，世界 PDF", "Ελληνικά русский", "한국어 ไทย", "½ ° € “x” – é")
LINES = tuple(text_line(text, 100, 60 + 90 * at, 500, 100 + 90 * at) for at, text in enumerate(TEXTS))
BEYOND = text_line("𠀀 beyond 😀", 100, 900, 500, 940)
DOWN = text_line("from top to bottom", 600, 100, 640, 600)
SCALE = 2.0


def found(data: bytes, text: str, page: int = 0) -> tuple[float, float, float, float]:
    """Left, bottom, right, top in user space of the only place where a page has the text."""
    with pdfium.PdfDocument(data) as document:
        own = document[page].get_textpage()
        search = own.search(text, match_case=True)
        index, count = search.get_next()
        assert search.get_next() is None
        boxes = [own.get_charbox(at) for at in range(index, index + count)]
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def rendered(data: bytes, page: int = 0, password: str | None = None) -> NDArray[np.uint8]:
    with pdfium.PdfDocument(data, password) as document:
        return np.array(document[page].render(scale=SCALE).to_numpy())


def all_text(data: bytes, page: int = 0) -> str:
    with pdfium.PdfDocument(data) as document:
        return str(document[page].get_textpage().get_text_bounded())


def test_every_script_comes_out_over_its_line() -> None:
    data = write_pdf([file_page(*LINES, BEYOND, DOWN)], IMAGE_SOURCE)
    for line in (*LINES, DOWN):
        assert found(data, line.text) == pytest.approx(user_box(line), abs=NEAR)
    with pdfium.PdfDocument(data) as document:
        # PDFium's search does not look beyond the basic plane.
        assert document[0].get_textpage().get_text_bounded(*user_box(BEYOND)) == BEYOND.text


@pytest.mark.parametrize("kind", [FileKind.IMAGE, FileKind.PDF])
def test_the_text_stands_in_reading_order(kind: FileKind) -> None:
    """Two columns, whose lines come row by row."""
    rows = [
        (
            text_line(f"left{at}", 50, 60 + 60 * at, 350, 90 + 60 * at),
            text_line(f"right{at}", 450, 60 + 60 * at, 750, 90 + 60 * at),
        )
        for at in range(4)
    ]
    blocks = (Block("text", (50, 60, 350, 270), (0, 2, 4, 6)), Block("text", (450, 60, 750, 270), (1, 3, 5, 7)))
    page = file_page(*(line for row in rows for line in row), blocks=blocks)
    source = IMAGE_SOURCE if kind is FileKind.IMAGE else RawFile(samples.coloured_pdf(samples.RED), FileKind.PDF)
    data = write_pdf([page], source)
    words = [line.text for column in zip(*rows, strict=True) for line in column]
    assert all_text(data).split() == words
    assert pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().split() == words


def test_lines_of_a_block_leave_no_gap_at_which_a_reader_would_tear_it_apart() -> None:
    """Half of a line's height is pdfminer's limit. Without a block, a line's text is as high as the line."""
    lines = [text_line(f"line{at}", 50, 100 + 60 * at, 350, 135 + 60 * at) for at in range(3)]
    apart = write_pdf([file_page(*lines)], IMAGE_SOURCE)
    together = write_pdf([file_page(*lines, blocks=(Block("text", (50, 100, 350, 255), (0, 1, 2)),))], IMAGE_SOURCE)
    for data, torn in ((apart, True), (together, False)):
        boxes = [found(data, line.text) for line in lines]
        for (_, bottom, _, _), (_, below, _, top) in pairwise(boxes):
            assert (bottom - top > 0.5 * (top - below)) is torn
            assert bottom >= top


def test_the_structure_of_a_page_is_analysed_for_it() -> None:
    assert RESULT_FORMATS["pdf"].needs_layout


def user_box(line: TextLine) -> tuple[float, ...]:
    (left, top), (right, bottom) = line.quad.min(axis=0) / 2, line.quad.max(axis=0) / 2
    return left, 500 - bottom, right, 500 - top


def test_the_page_looks_as_it_did_and_the_text_shows_nowhere() -> None:
    page = file_page(*LINES, DOWN)
    shown = rendered(write_pdf([page], IMAGE_SOURCE))
    assert similarity(shown, marked(page.width, page.height, page.lines)) > 0.98
    picture = FilePage(page.pictures, page.width, page.height, page.points, ())
    np.testing.assert_array_equal(shown, rendered(write_pdf([picture], IMAGE_SOURCE)))


def test_the_text_lies_over_its_line_though_pixels_are_not_square() -> None:
    page = file_page(*LINES, DOWN, turned_line("leaning text", (500, 700), (400, 40), 20))
    data = write_pdf([replace(page, points=(400, 1000))], IMAGE_SOURCE)
    with pdfium.PdfDocument(data) as document:
        assert document[0].get_size() == (400, 1000)
    for line in (*LINES, DOWN):
        (left, top), (right, bottom) = line.quad.min(axis=0) / (2, 1), line.quad.max(axis=0) / (2, 1)
        assert found(data, line.text) == pytest.approx((left, 1000 - bottom, right, 1000 - top), abs=NEAR)
    # 20 degrees in square pixels: 400 pixels long are 188 points across and 137 points down.
    boxes = found(data, "leaning text")
    assert boxes[2] - boxes[0] == pytest.approx(188, abs=8)
    assert boxes[3] - boxes[1] == pytest.approx(137 + 38, abs=8)


@pytest.mark.parametrize("degrees", [-90, -7, -2, 2, 7, 90, 180])
def test_turned_lines(degrees: int) -> None:
    line = turned_line("turned text", (400, 500), (300, 40), degrees)
    # A line that stands upright in the picture is read from top to bottom, whichever way it was written.
    data = write_pdf([file_page(line)], IMAGE_SOURCE)
    left, bottom, right, top = user_box(line)
    with pdfium.PdfDocument(data) as document:
        own = document[0].get_textpage()
        inside = own.get_text_bounded(left - NEAR, bottom - NEAR, right + NEAR, top + NEAR)
        assert "".join(inside.split()) == "turnedtext"
        boxes = np.array([own.get_charbox(at) for at in range(own.count_chars()) if own.get_text_range(at, 1).strip()])
    middle = (boxes[:, :2].min(axis=0) + boxes[:, 2:].max(axis=0)) / 2
    assert middle == pytest.approx((200, 250), abs=NEAR)


def user_points(lines: tuple[TextLine, ...], box: tuple[float, float], turned: int) -> Iterator[tuple[float, ...]]:
    """By hand: where lines of a picture of 600 x 800 pixels lie in a page whose corner is at ``box``."""
    left, bottom = box
    for line in lines:
        (x0, y0), (x1, y1) = line.quad.min(axis=0) / SCALE, line.quad.max(axis=0) / SCALE
        if turned == 0:
            yield left + x0, bottom + 400 - y1, left + x1, bottom + 400 - y0
        elif turned == 90:
            yield left + y0, bottom + x0, left + y1, bottom + x1
        elif turned == 180:
            yield left + 300 - x1, bottom + y0, left + 300 - x0, bottom + y1
        else:
            yield left + 300 - y1, bottom + 400 - x1, left + 300 - y0, bottom + 400 - x0


BOXES = {
    "plain": (b"/MediaBox [0 0 300 400]", (0, 0)),
    "off the origin": (b"/MediaBox [100 -50 400 350]", (100, -50)),
    "upside down": (b"/MediaBox [400 350 100 -50]", (100, -50)),
    "cropped": (b"/MediaBox [0 0 900 900] /CropBox [200 300 500 700]", (200, 300)),
}
UNBALANCED = b"Q q 0.9 g 0 0 1000 1000 re f 1 0 0 rg 0 0 50 50 re f 0.5 0 0 0.5 10 10 cm q q"


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
@pytest.mark.parametrize("name", BOXES)
def test_a_pdf_keeps_its_pages_and_its_text_lies_over_them(name: str, turned: int) -> None:
    inside, corner = BOXES[name]
    content = samples.stream(UNBALANCED)
    source = samples.pdf(inside + b" /Contents 4 0 R /Rotate %d" % turned, extra=[content])
    before = rendered(source)
    height, width = before.shape[:2]
    lines = (text_line("搜索 this", 40, 60, 340, 100), text_line("and that", 200, 400, 500, 440))
    page = FilePage(pictures_of(before), width, height, (width / SCALE, height / SCALE), lines)
    data = write_pdf([page], RawFile(source, FileKind.PDF))
    for line, expected in zip(lines, user_points(lines, corner, turned), strict=True):
        assert found(data, line.text) == pytest.approx(expected, abs=NEAR)
    np.testing.assert_array_equal(rendered(data), before)


def test_inherited_and_shared_resources_stay() -> None:
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for _ in range(2):
            pdf.add_blank_page(page_size=(300, 400))
        for page in pdf.pages:
            page.Contents = pdf.make_stream(b"BT /A 20 Tf 50 300 Td (Own text) Tj ET")
            del page.obj["/Resources"]
        pdf.Root.Pages.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(A=font))
        buffer = io.BytesIO()
        pdf.save(buffer)
    source = buffer.getvalue()
    new = text_line("added", 100, 400, 300, 440)
    before = rendered(source)
    page = FilePage(pictures_of(before), 600, 800, (300, 400), (new,))
    data = write_pdf([page, page], RawFile(source, FileKind.PDF))
    for index in range(2):
        assert sorted(all_text(data, index).split()) == ["Own", "added", "text"]
        np.testing.assert_array_equal(rendered(data, index), before)
    # What the page says itself is not said twice.
    own = text_line("Own text", 96, 160, 266, 210)
    again = write_pdf([FilePage(page.pictures, 600, 800, (300, 400), (own, new))] * 2, RawFile(source, FileKind.PDF))
    assert all_text(again).split().count("Own") == 1
    elsewhere = text_line("Own text", 96, 600, 266, 650)
    twice = write_pdf([FilePage(page.pictures, 600, 800, (300, 400), (elsewhere,))], RawFile(source, FileKind.PDF))
    assert all_text(twice).split().count("Own") == 2


def test_a_locked_pdf_comes_out_unlocked() -> None:
    with pikepdf.open(io.BytesIO(samples.coloured_pdf(samples.RED))) as pdf:
        buffer = io.BytesIO()
        pdf.save(buffer, encryption=pikepdf.Encryption(user="geheim", owner="other"))
    source = RawFile(buffer.getvalue(), FileKind.PDF, "geheim")
    before = rendered(source.data, 0, "geheim")
    page = FilePage(pictures_of(before), 40, 20, (20, 10), (text_line("open", 4, 4, 36, 16),))
    data = write_pdf([page], source)
    assert all_text(data) == "open"
    np.testing.assert_array_equal(rendered(data), before)


TWO = samples.coloured_pdf(samples.RED, samples.BLUE)
DAMAGED = {
    "cut off": TWO[: TWO.rindex(b"xref\n0 ")],
    "too many pages": TWO.replace(b"/Count 2", b"/Count 5"),
    "too few pages": TWO.replace(b"/Count 2", b"/Count 1"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_pdf_is_mended_and_keeps_its_pages(name: str, caplog: pytest.LogCaptureFixture) -> None:
    before = rendered(TWO)
    page = FilePage(pictures_of(before), 40, 20, (20, 10), (text_line("added", 4, 4, 36, 16),))
    pages = [page] if name == "too few pages" else [page, page]
    data = write_pdf(pages, RawFile(DAMAGED[name], FileKind.PDF))
    assert caplog.text == ""
    with pdfium.PdfDocument(data) as document:
        assert len(document) == 2
    assert [all_text(data, index) for index in range(len(pages))] == ["added"] * len(pages)
    for index in range(2):
        np.testing.assert_array_equal(rendered(data, index), rendered(TWO, index))


def test_a_pdf_that_cannot_be_rewritten_becomes_pictures(caplog: pytest.LogCaptureFixture) -> None:
    page = file_page(LINES[0])
    with caplog.at_level(logging.WARNING):
        data = write_pdf([page], RawFile(b"%PDF-1.7 nothing", FileKind.PDF))
    assert all_text(data) == TEXTS[0]
    assert "become pictures" in caplog.text


@pytest.mark.parametrize("points", [(30_000.0, 15_000.0), (1.0, 1.0)])
def test_sizes_that_readers_take(points: tuple[float, float]) -> None:
    page = file_page(LINES[0])
    data = write_pdf([FilePage(page.pictures, page.width, page.height, points, page.lines)], IMAGE_SOURCE)
    with pdfium.PdfDocument(data) as document:
        assert all(3 <= side <= 14_400 for side in document[0].get_size())


def test_the_font_is_what_its_script_makes() -> None:
    assert FONT_FILE.read_bytes() == blank_font()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_poppler_finds_every_line() -> None:
    words = text_line("Hello World 123", 100, 800, 500, 840)
    data = write_pdf([file_page(*LINES[1:], DOWN, words)], IMAGE_SOURCE)
    answer = subprocess.run(["pdftotext", "-bbox-layout", "-", "-"], input=data, capture_output=True, check=True)
    html = ET.fromstring(answer.stdout)
    boxes = {
        word.text: [float(word.get(side, "nan")) for side in ("xMin", "yMin", "xMax", "yMax")]
        for word in html.iter("{http://www.w3.org/1999/xhtml}word")
    }
    assert set(boxes) == {word for line in (*LINES[1:], DOWN, words) for word in line.text.split()}
    first, last = boxes["Hello"], boxes["123"]
    assert [*first[:2], *last[2:]] == pytest.approx([50, 400, 250, 420], abs=NEAR)
    line = LINES[1].quad * POINTS_PER_PIXEL
    assert boxes["你好，世界"][:2] == pytest.approx(line[0].tolist(), abs=NEAR)
    assert boxes["PDF"][2:] == pytest.approx(line[2].tolist(), abs=NEAR)
