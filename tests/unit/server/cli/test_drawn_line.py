"""The line that a check draws and reads."""

import pytest

from server.cli.drawn_line import LINE, is_right


@pytest.mark.parametrize(("text", "expected"), [(LINE, True), (LINE.replace(" ", ""), True), ("Reading", False)])
def test_the_checked_line_must_be_right_but_for_its_spaces(text: str, expected: bool) -> None:
    assert is_right(text) is expected
