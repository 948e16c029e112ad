"""Lines for a person hold nothing that a terminal obeys."""

import pytest

from server.cli.screen import say, show


def test_lines_are_printed_where_they_belong_and_without_control(capsys: pytest.CaptureFixture[str]) -> None:
    show("result \x1b[2J\nmore")
    say("message \u202e")
    assert capsys.readouterr() == ("result \\x1b[2J\nmore\n", "message \\u202e\n")
