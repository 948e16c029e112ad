"""What is noted of the text that a PDF page has of its own. The fonts of this machine make no difference here."""

import pytest

from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.samples import BLUE, blank_pdf, coloured_pdf
from tests.unit.server.decode.strange_fonts import form_page, glyph_page, square_font

IGNORED, MISSING = "text_layer_ignored", "fonts_missing"
THAI, ARABIC, CYRILLIC, HINDI = "ภาษาไทย", "العربية", "Кириллица", "हिन्दी"


def notes(bench: Bench, data: bytes) -> list[str]:
    async def first_page() -> list[str]:
        async with bench.decoder.open(RawFile(data, FileKind.PDF), max_pages=1) as document:
            page = await document.page(0)
        assert all((warning.page, warning.line) == (0, None) for warning in page.warnings)
        return [warning.code for warning in page.warnings]

    return bench.run(first_page())


@pytest.mark.parametrize("text", [THAI, ARABIC, CYRILLIC, HINDI])
def test_text_without_its_font_is_missing(bench: Bench, text: str) -> None:
    assert notes(bench, glyph_page(text)) == [IGNORED, MISSING]


def test_text_in_a_form_is_found(bench: Bench) -> None:
    assert notes(bench, form_page(THAI)) == [IGNORED, MISSING]


def test_text_with_its_font_is_there(bench: Bench) -> None:
    assert notes(bench, glyph_page(THAI, font_file=square_font(THAI[:1], 500))) == [IGNORED]


def test_latin_text_needs_no_font(bench: Bench) -> None:
    assert notes(bench, glyph_page("Invoice")) == [IGNORED]


def test_invisible_text_needs_no_font(bench: Bench) -> None:
    assert notes(bench, glyph_page(THAI, mode=3)) == [IGNORED]


def test_text_that_only_the_missing_font_could_tell_is_missing(bench: Bench) -> None:
    assert notes(bench, glyph_page(THAI, tells=False)) == [IGNORED, MISSING]


def test_a_few_unknown_signs_beside_much_text_are_no_matter(bench: Bench) -> None:
    assert notes(bench, glyph_page("ab", tells=False, latin="Net sales and other income")) == [IGNORED]


def test_a_missing_script_beside_latin_text_is_missing(bench: Bench) -> None:
    assert notes(bench, glyph_page(THAI, latin="Net sales and other income")) == [IGNORED, MISSING]


@pytest.mark.parametrize("data", [blank_pdf((100, 50)), coloured_pdf(BLUE)])
def test_a_page_without_text_has_no_notes(bench: Bench, data: bytes) -> None:
    assert notes(bench, data) == []
