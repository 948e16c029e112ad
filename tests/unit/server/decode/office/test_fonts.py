"""The fonts cannot show some scripts, and these are named."""

import pytest

from server.decode.office.fonts import FontCoverage, parsed_ranges

LISTING = "20-7e a0-17f\n\n20-7e 4e00-4e10 370 5b57\n"
COVERAGE = FontCoverage(parsed_ranges(LISTING))


def test_character_sets_are_read() -> None:
    assert parsed_ranges("20-7e 370") == [(0x20, 0x7E), (0x370, 0x370)]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", ()),
        ("Hello é 123 \t\0\x7f", ()),
        ("字", ()),
        ("字一丁七", ()),
        ("字一漢", ()),  # most can be shown
        ("漢字体", ("CJK",)),
        ("ไทย 한국", ("HANGUL", "THAI")),
        ("😀 ✓ → \ue000 \u200b", ()),  # symbols are no text
        ("ab ไทย", ("THAI",)),
    ],
)
def test_scripts_without_letters(text: str, missing: tuple[str, ...]) -> None:
    assert COVERAGE.missing_scripts(text) == missing


def test_no_fonts_at_all() -> None:
    assert FontCoverage(()).missing_scripts("a字") == ("CJK", "LATIN")
