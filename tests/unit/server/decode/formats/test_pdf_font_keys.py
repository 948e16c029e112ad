"""Which fonts of a PDF count as the same."""

import io

import pikepdf

from server.decode.formats.pdf_font_keys import FontKeys
from tests.unit.server.decode.text_pdfs import WRONG_MAP, letter, text_pdf

NAMES = ["Helvetica"]


def keys(data: bytes, pages: int = 2) -> list[str]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = FontKeys(pdf)
        return [found.of_page(index, NAMES)[0] for index in range(pages)]


def test_fonts_that_say_the_same_have_one_key_even_as_different_objects() -> None:
    first, second = keys(text_pdf(letter(), letter()))
    assert first == second
    first, second = keys(text_pdf(letter(), letter(), maps=[WRONG_MAP, WRONG_MAP]))
    assert first == second


def test_a_font_of_the_same_name_with_another_map_has_another_key() -> None:
    plain, wrong, again = keys(text_pdf(letter(), letter(), letter(), maps=[None, WRONG_MAP, None]), 3)
    assert plain != wrong
    assert plain == again


def test_a_font_that_is_not_found_is_known_on_its_page_alone() -> None:
    with pikepdf.open(io.BytesIO(text_pdf(letter(), letter()))) as pdf:
        found = FontKeys(pdf)
        assert found.of_page(0, ["Other"]) != found.of_page(1, ["Other"])


def test_a_file_that_cannot_be_opened_has_keys_by_page() -> None:
    found = FontKeys.of_file(b"%PDF-1.4 nothing", None)
    assert found.of_page(0, NAMES) != found.of_page(1, NAMES)
    assert found.of_page(0, NAMES) == found.of_page(0, NAMES)
