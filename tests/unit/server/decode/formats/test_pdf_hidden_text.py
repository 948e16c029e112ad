"""Scanned pages with the text of an older program, made by pikepdf and read by PDFium and pypdf."""

import io

import numpy as np
import pikepdf
import pypdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name

from server.export.files.file_page import FilePage
from server.export.files.searchable_pdf import write_pdf
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.export.files.file_pages import pictures_of, text_line

SCALE, WIDTH, HEIGHT = 2, 300, 400
LINES = (text_line("Delivery note 88412", 100, 84, 500, 124), text_line("Pallet one of three", 100, 244, 480, 284))
"""In pixels: the baselines are 55 and 135 points below the upper edge of the page."""
POOR = ("De1ivcry n0te 8B412", "Pa11et ono of thr33")
RIGHT = tuple(line.text for line in LINES)
PICTURE = "q 300 0 0 400 0 0 cm /I Do Q\n"


def shown(text: str, low: int, mode: int = 3) -> str:
    return f"BT {mode} Tr /F 20 Tf 50 {low} Td ({text}) Tj ET\n"


def layer(texts: tuple[str, str], mode: int = 3) -> str:
    return shown(texts[0], 345, mode) + shown(texts[1], 265, mode)


def scan(content: str, *, see_through: bool = False, fade: float | None = None, turned: int = 0) -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
        picture = pdf.make_stream(
            bytes(range(0, 240, 20)) * 4, Type=Name.XObject, Subtype=Name.Image, Width=4, Height=4,
            ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
        )  # fmt: skip
        if see_through:
            picture["/SMask"] = pdf.make_stream(
                bytes(16), Type=Name.XObject, Subtype=Name.Image, Width=4, Height=4, ColorSpace=Name.DeviceGray,
                BitsPerComponent=8,
            )  # fmt: skip
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.obj.Resources = Dictionary(Font=Dictionary(F=font), XObject=Dictionary(I=picture))
        page.obj.Resources.ExtGState = Dictionary(G=Dictionary() if fade is None else Dictionary(ca=fade))
        page.obj.Contents = Array([pdf.make_stream(part.encode()) for part in content.splitlines(keepends=True)])
        page.obj.Rotate = turned
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


def rendered(data: bytes) -> np.ndarray:
    with pdfium.PdfDocument(data) as document:
        return document[0].render(scale=SCALE).to_numpy().copy()


def searchable(source: bytes, lines=LINES) -> list[str]:
    """The lines of the searchable PDF, sorted, after a look whether the page shows what it showed."""
    before = rendered(source)
    height, width = before.shape[:2]
    page = FilePage(pictures_of(before), width, height, (width / SCALE, height / SCALE), lines)
    result = write_pdf([page], RawFile(source, FileKind.PDF))
    np.testing.assert_array_equal(rendered(result), before)
    with pdfium.PdfDocument(result) as document:
        text = document[0].get_textpage().get_text_bounded()
    by_pypdf = pypdf.PdfReader(io.BytesIO(result)).pages[0].extract_text()
    assert sorted("".join(text.split())) == sorted("".join(by_pypdf.split()))
    return sorted(line.strip() for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("content", [PICTURE + layer(POOR), layer(POOR) + PICTURE])
def test_a_poor_layer_gives_way(content: str) -> None:
    assert searchable(scan(content)) == sorted(RIGHT)


def test_text_that_clips_a_picture_stays() -> None:
    assert set(POOR) <= set(searchable(scan(layer(POOR, 7) + PICTURE)))


@pytest.mark.parametrize(
    "picture",
    [
        PICTURE,
        "q 0 0 300 400 re W n 300 0 0 400 0 0 cm /I Do Q\n",
        "q /G gs 300 0 0 400 0 0 cm /I Do Q\n",
        "q 300 0 0 400 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x7f EI Q\n",
        "q 0 -400 300 0 0 400 cm /I Do Q\n",
    ],
)
def test_text_that_a_picture_covers_gives_way(picture: str) -> None:
    assert searchable(scan(layer(POOR, 0) + picture)) == sorted(RIGHT)


@pytest.mark.parametrize(
    ("picture", "more"),
    [
        (PICTURE, {"see_through": True}),
        ("q /G gs 300 0 0 400 0 0 cm /I Do Q\n", {"fade": 0.5}),
        ("q 0 0 300 100 re W n 300 0 0 400 0 0 cm /I Do Q\n", {}),
        ("q 0 0 m 300 0 l 0 400 l W n 300 0 0 400 0 0 cm /I Do Q\n", {}),
        ("q 300 0 0 100 0 0 cm /I Do Q\n", {}),
        ("q 300 200 -200 300 0 0 cm /I Do Q\n", {}),
    ],
)
def test_text_that_a_picture_leaves_in_sight_stays(picture: str, more: dict) -> None:
    assert set(POOR) <= set(searchable(scan(layer(POOR, 0) + picture, **more)))


def test_a_layer_that_says_the_same_stays_and_nothing_is_added() -> None:
    assert searchable(scan(PICTURE + layer(RIGHT))) == sorted(RIGHT)
    source = scan(PICTURE + layer(("Delivery  note 88412", RIGHT[1])))
    page = FilePage(pictures_of(rendered(source)), 600, 800, (300, 400), LINES)
    result = pypdf.PdfReader(io.BytesIO(write_pdf([page], RawFile(source, FileKind.PDF))))
    assert list(result.pages[0]["/Resources"]["/Font"]) == ["/F"]


def test_one_wrong_line_is_enough() -> None:
    assert searchable(scan(PICTURE + layer((RIGHT[0], POOR[1])))) == sorted(RIGHT)
    assert searchable(scan(PICTURE + layer((RIGHT[0].lower(), RIGHT[1])))) == sorted(RIGHT)


def test_what_one_sees_stays_beside_it() -> None:
    visible = shown("Pallet one of thre", 265, 0)
    assert searchable(scan(shown(POOR[0], 345) + visible)) == sorted((RIGHT[0], "Pallet one of thre"))


def test_a_layer_where_nothing_was_read_stays() -> None:
    assert searchable(scan(PICTURE + layer(POOR) + shown("small print", 100))) == sorted((*RIGHT, "small print"))


def test_text_in_pieces_and_with_kerning() -> None:
    first = "BT 3 Tr /F 20 Tf 14 TL 50 345 Td [(De1i) -20 (vcry)] TJ ( n0te) Tj ( 8B412) Tj ET\n"
    second = "BT 40 TL 1 0 0 1 50 345 Tm () ' 1 2 (Pa11et ono of thr33) \" ET\n"
    assert searchable(scan(PICTURE + first + second)) == sorted(RIGHT)


def test_what_follows_in_sight_does_not_move() -> None:
    """Text that begins where hidden text ends would move if that went: then it stays."""
    line = "BT 3 Tr /F 20 Tf 50 345 Td (De1ivcry) Tj 0 Tr ( n0te 8B412) Tj ET\n"
    assert any("De1ivcry" in line for line in searchable(scan(line), LINES[:1]))
    moved = "BT 3 Tr /F 20 Tf 50 345 Td (De1ivcry n0te 8B412) Tj 0 Tr 0 -80 Td (Seen) Tj ET\n"
    assert searchable(scan(moved), LINES[:1]) == [RIGHT[0], "Seen"]
    next_line = "BT 80 TL /F 20 Tf 50 425 Td 3 Tr (De1ivcry n0te 8B412) ' 0 Tr (Seen) ' ET\n"
    assert searchable(scan(next_line), LINES[:1]) == [RIGHT[0], "Seen"]


@pytest.mark.parametrize("content", ["BT 3 Tr (x) Tj 1 Td ET\n", "Q Q cm\n", "BT 3 Tr ET re W\n", "/Nothing Do q q\n"])
def test_operators_that_make_no_sense(content: str) -> None:
    assert sorted(RIGHT) == [line for line in searchable(scan(shown("old", 20) + content)) if line in RIGHT]
