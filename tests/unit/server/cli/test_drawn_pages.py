"""``check`` finds out which fonts are there with pages that need them."""

from pathlib import Path

import pytest

from server.cli.drawn_pages import SCRIPTS, write_pages
from tests.unit.server.decode import without_fonts
from tests.unit.server.decode.strange_fonts import square_font

LETTERS = "".join(script.text for script in SCRIPTS.values())


@pytest.mark.skipif(not without_fonts.available(), reason="this machine lets its users have no mount namespaces")
def test_every_page_needs_a_font_of_the_system(tmp_path: Path) -> None:
    file, font, nothing = tmp_path / "pages.pdf", tmp_path / "font.ttf", tmp_path / "nothing"
    file.write_bytes(write_pages())
    font.write_bytes(square_font(LETTERS, 500))
    nothing.mkdir()
    missing = without_fonts.decode([file], nothing, pages=len(SCRIPTS))
    there = without_fonts.decode([file], nothing, font, pages=len(SCRIPTS))
    assert [ink for ink, _ in missing] == [0] * len(SCRIPTS)
    assert ["fonts_missing" in codes for _, codes in missing] == [True] * len(SCRIPTS)
    assert ["fonts_missing" in codes for _, codes in there] == [False] * len(SCRIPTS)
    assert all(ink > 0 for ink, _ in there)
