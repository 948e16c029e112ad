"""Text that any format may hold."""

import pytest

from server.export.text import clean_text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("  a \t b\n", "a b"),
        ("a\0\x0b\x1fb", "ab"),
        ("\ud800x\udc00", "x"),
        ("字\uffff𠀀😀", "字𠀀😀"),
        ("\u3000 ", ""),
    ],
)
def test_clean_text(given: str, expected: str) -> None:
    assert clean_text(given) == expected
