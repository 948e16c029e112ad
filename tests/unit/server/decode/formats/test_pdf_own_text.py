"""The text that a PDF page has of its own: what is taken, where it is, and what is wrong with it."""

import io
from collections.abc import Sequence

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest

from server.decode.formats.pdf_font_keys import FontKeys
from server.decode.formats.pdf_own_text import own_text
from server.decode.page_layer import MOST_CHARACTERS, PageLayer, decode_layer, encode_layer
from server.decode.page_size import rendered_size
from tests.unit.server.decode.text_pdfs import A4, letter, text, text_pdf

SCALE = 2.0
CHESS = b"".join(b"\x00\x00\x00" if (row + column) % 2 else b"\xff\xff\xff" for row in range(8) for column in range(8))
CURVE = "0 0 0 rg {x} {y} m {x} {top} {right} {top} {right} {y} c h f\n"


def layer(data: bytes, index: int = 0) -> PageLayer:
    document = pdfium.PdfDocument(data)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = document[index]
        found = own_text(page, index, FontKeys(pdf), rendered_size(page.get_size(), SCALE), SCALE)
    assert decode_layer(encode_layer(found)) == found
    return found


def texts(data: bytes) -> list[str]:
    return [line.text for line in layer(data).lines]


def assert_holds_ink(quad: Sequence[float], data: bytes) -> None:
    picture = pdfium.PdfDocument(data)[0].render(scale=SCALE).to_numpy()
    rows, columns = np.nonzero(picture.min(axis=2) < 128)
    left, top, right, bottom = min(quad[::2]), min(quad[1::2]), max(quad[::2]), max(quad[1::2])
    assert left <= columns.min() + 1
    assert top <= rows.min() + 1
    assert right >= columns.max() - 1
    assert bottom >= rows.max() - 1


def test_text_that_one_sees_is_taken_with_its_place() -> None:
    found = layer(text_pdf(text("Invoice 2041", 72, 700, 20)))
    assert (found.fault, found.complete) == ("none", True)
    (line,) = found.lines
    assert (line.text, line.direction) == ("Invoice 2041", "right")
    left, top, right, bottom = line.quad[0], line.quad[1], line.quad[4], line.quad[5]
    baseline = (A4[1] - 700) * SCALE
    assert 144 <= left < 144 + 5
    assert top < baseline - 0.7 * 20 * SCALE < baseline < bottom
    assert bottom - top < 1.6 * 20 * SCALE
    assert right > left + 6 * 20
    assert list(line.places) == sorted(line.places)
    assert len(line.places) == len(line.text)


def test_the_box_holds_all_ink() -> None:
    data = text_pdf(text("Quay, gypsum & jade", 100, 400, 30))
    (line,) = layer(data).lines
    assert_holds_ink(line.quad, data)


@pytest.mark.parametrize(
    "hidden",
    [
        text("Secret words", before="3 Tr"),
        "1 1 1 rg " + text("Secret words"),
        "0 0 10 10 re W n " + text("Secret words"),
        text("Secret words", y=-100),
        text("Secret words") + "q 400 0 0 100 60 660 cm /Im Do Q\n",
        text("Secret words") + "1 1 0 rg 60 660 400 100 re f\n",
    ],
    ids=["mode", "white", "clip", "off-page", "picture", "rectangle"],
)
def test_text_that_one_does_not_see_is_not_taken(hidden: str) -> None:
    alone = layer(text_pdf(hidden))
    assert (alone.fault, alone.lines) == ("hidden", ())
    shown = "0 0 0 rg " + text("Shown words", 72, 300)
    assert texts(text_pdf(shown + hidden)) == ["Shown words"]


def test_a_turned_page_has_its_text_where_one_sees_it() -> None:
    data = text_pdf(text("Upright in the file", 72, 700, 20), page_keys={"/Rotate": 90})
    (line,) = layer(data).lines
    assert line.direction == "down"
    assert_holds_ink(line.quad, data)
    assert (line.quad[0], line.quad[1]) == (min(line.quad[::2]), min(line.quad[1::2]))
    assert line.places[0] < 0.1
    assert line.places[-1] > 0.9


@pytest.mark.parametrize(("matrix", "direction"), [("0 1 -1 0", "up"), ("-1 0 0 -1", "left"), ("0 -1 1 0", "down")])
def test_text_on_end_has_its_direction(matrix: str, direction: str) -> None:
    (line,) = layer(text_pdf(f"BT /F 20 Tf {matrix} 300 400 Tm (Table of prices) Tj ET")).lines
    assert (line.text, line.direction) == ("Table of prices", direction)
    rising = direction == "down"
    assert (line.places[0] < line.places[-1]) is rising


def test_leaning_text_has_a_leaning_box() -> None:
    (line,) = layer(text_pdf("BT /F 20 Tf 0.9397 0.3420 -0.3420 0.9397 200 400 Tm (Approved today) Tj ET")).lines
    assert line.text == "Approved today"
    assert line.quad[3] < line.quad[1] - 40, "the line rises to the right"


def test_the_part_of_a_page_that_is_shown_counts() -> None:
    data = text_pdf(text("Inside", 150, 500), text("x"), page_keys={"/CropBox": [100, 400, 400, 600]})
    (line,) = layer(data).lines
    assert line.quad[0] == pytest.approx((150 - 100) * SCALE, abs=4)
    assert line.quad[7] == pytest.approx((600 - 500) * SCALE, abs=10)


def test_ligatures_and_hyphens_are_as_a_reader_copies_them() -> None:
    maps = [{ord("!"): "ﬁ", ord("#"): "ffi", ord("-"): "\u00ad"}]
    assert texts(text_pdf(text("of!ce a#x co-", 72, 700), maps=maps)) == ["ofﬁce affix co-".replace("ﬁ", "fi")]


def test_columns_and_cells_are_lines_of_their_own() -> None:
    row = "BT /F 12 Tf 72 700 Td (Apples and pears) Tj 200 0 Td (12.50) Tj 100 0 Td (3) Tj ET"
    assert texts(text_pdf(row)) == ["Apples and pears", "12.50", "3"]


def test_a_word_in_much_larger_letters_is_a_line_of_its_own() -> None:
    operators = text("Form", 72, 700, 10) + text("1040", 100, 700, 30)
    assert sorted(texts(text_pdf(operators))) == ["1040", "Form"]


def test_a_picture_may_hold_more_text() -> None:
    picture = "q 200 0 0 100 72 300 cm /Im Do Q\n"
    assert layer(text_pdf(letter() + picture)).complete is True, "one colour shows no text"
    assert layer(text_pdf(letter() + picture, picture=CHESS)).complete is False


def test_drawings_may_hold_more_text_and_rules_do_not() -> None:
    rules = "72 500 m 500 500 l S 72 400 300 50 re S\n"
    assert layer(text_pdf(letter() + rules)).complete is True
    drawing = CURVE.format(x=100, y=300, top=330, right=140)
    assert layer(text_pdf(letter() + drawing)).complete is False


def test_many_small_drawings_may_be_letters() -> None:
    small = [CURVE.format(x=100 + 6 * number, y=300, top=304, right=104 + 6 * number) for number in range(20)]
    assert layer(text_pdf(letter() + "".join(small[:3]))).complete is True
    assert layer(text_pdf(letter() + "".join(small))).complete is False


def test_glyphs_without_a_character_are_a_fault() -> None:
    maps = [{ord("e"): "\ufffd"}]
    assert layer(text_pdf(letter(), maps=maps)).fault == "unmapped"
    assert layer(text_pdf(letter(), maps=[{ord("e"): "\ue123"}])).fault == "unmapped"


def test_marks_of_a_symbol_font_are_no_fault() -> None:
    marks = "".join(text("*", 60, 720 - 30 * number, 10) for number in range(1))
    found = layer(text_pdf(marks + letter(), maps=[{ord("*"): "\uf0b7"}]))
    assert found.fault == "none"
    assert found.lines[0].text in ("•", "•" + " The harbour lay quiet in the morning light,")


def test_texts_over_each_other_are_a_fault() -> None:
    assert (
        layer(text_pdf(text("First version of it", 72, 700) + text("Another text here", 74, 701))).fault
        == "overlapping"
    )


def test_too_much_text_is_not_read() -> None:
    many = "".join(text(f"{number:04}" * 40, 20, 800 - 4 * number, 4) for number in range(MOST_CHARACTERS // 150))
    assert layer(text_pdf(many)).fault == "too_much"


def test_a_page_without_text_has_none() -> None:
    assert layer(text_pdf("72 500 m 500 500 l S")).fault == "hidden"


def test_a_glyph_that_the_text_leaves_out_is_a_fault() -> None:
    """PDFium leaves out glyphs whose character is a zero."""
    maps = [{ord("M"): "\x00"}]
    assert layer(text_pdf(letter(["Sound words here", "and M M M M M M there"]), maps=maps)).fault != "none"
