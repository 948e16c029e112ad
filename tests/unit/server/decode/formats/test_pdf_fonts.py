"""East Asian text whose font is not in the PDF is drawn with the system's font, or with the one that is offered."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.server.decode import without_fonts
from tests.unit.server.decode.strange_fonts import ALL_LETTERS, GB_CODE_PAGE, SCRIPTS, east_asian_page, square_font

pytestmark = pytest.mark.skipif(
    not without_fonts.available(), reason="this machine lets its users have no mount namespaces"
)
LOW, HIGH = 300, 600
MISSING, SHOWN = ["text_layer_ignored", "fonts_missing"], ["text_layer_ignored"]


@pytest.fixture
def files(tmp_path: Path) -> Sequence[Path]:
    paths = [tmp_path / f"{number}.pdf" for number, _ in enumerate(SCRIPTS)]
    for path, script in zip(paths, SCRIPTS, strict=True):
        path.write_bytes(east_asian_page(script))
    return paths


@pytest.fixture
def no_fonts(tmp_path: Path) -> Path:
    (tmp_path / "fonts").mkdir()
    return tmp_path / "fonts"


@pytest.fixture
def low_font(tmp_path: Path) -> Path:
    """A font that claims no code page, so that PDFium alone would never take it."""
    (tmp_path / "low.ttf").write_bytes(square_font(ALL_LETTERS, LOW))
    return tmp_path / "low.ttf"


def test_without_a_font_the_pages_are_blank_and_say_so(files: Sequence[Path], no_fonts: Path) -> None:
    assert without_fonts.decode(files, no_fonts) == [(0, MISSING)] * len(SCRIPTS)


def test_the_offered_font_draws_every_script(files: Sequence[Path], no_fonts: Path, low_font: Path) -> None:
    pages = without_fonts.decode(files, no_fonts, low_font)
    assert [codes for _, codes in pages] == [SHOWN] * len(SCRIPTS)
    assert all(ink > 0 for ink, _ in pages)


def test_a_font_without_the_letters_does_not_hide_that_they_are_missing(
    files: Sequence[Path], no_fonts: Path, tmp_path: Path
) -> None:
    (tmp_path / "other.ttf").write_bytes(square_font("永", LOW))
    assert without_fonts.decode(files[:1], no_fonts, tmp_path / "other.ttf") == [(0, MISSING)]


def test_the_systems_font_comes_first(files: Sequence[Path], no_fonts: Path, low_font: Path) -> None:
    ((low, _),) = without_fonts.decode(files[:1], no_fonts, low_font)
    (no_fonts / "high.ttf").write_bytes(square_font(ALL_LETTERS, HIGH, GB_CODE_PAGE))
    ((alone, _),) = without_fonts.decode(files[:1], no_fonts)
    ((both, codes),) = without_fonts.decode(files[:1], no_fonts, low_font)
    assert (both, codes) == (alone, SHOWN)
    assert both > 1.5 * low
