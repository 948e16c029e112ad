"""Names from outside are printed without what a terminal obeys."""

import pytest

from server.printable import printable, printable_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä 名\u3000.png", "plain ä 名\u3000.png"),
        ("\x1b[2Ja\r\n\x07\x9b", r"\x1b[2Ja\r\n\x07\x9b"),
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
        ("\udc80\u2028", r"\udc80\u2028"),
        ("", ""),
    ],
)
def test_control_characters_are_written_as_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_the_breaks_of_a_text_of_several_lines_stay() -> None:
    assert printable_lines("a\x1b\nb\t") == "a\\x1b\nb\\t"
