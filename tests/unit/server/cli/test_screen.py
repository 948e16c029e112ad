"""Lines for a person hold nothing that a terminal obeys."""

import click
import pytest

from server.cli import screen
from server.cli.screen import draw_first_status, draw_status, has_terminal, say, show

CLEAR = "\r\x1b[K"


def test_lines_are_printed_where_they_belong_and_without_control(capsys: pytest.CaptureFixture[str]) -> None:
    show("result \x1b[2J\nmore")
    say("message \u202e")
    assert capsys.readouterr() == ("result \\x1b[2J\nmore\n", "message \\u202e\n")


def test_a_status_gives_way_to_every_other_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    draw_status("reading \x1b everything")
    assert capsys.readouterr().err == f"{CLEAR}reading \\"
    say("a line")
    say("another")
    assert capsys.readouterr().err == f"{CLEAR}a line\nanother\n"
    draw_status("1")
    show("result")
    assert capsys.readouterr() == ("result\n", f"{CLEAR}1{CLEAR}")


def test_a_terminal_that_draws_no_line_anew_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert has_terminal()
    monkeypatch.setenv("TERM", "dumb")
    assert not has_terminal()


def test_a_command_that_reads_says_so_before_it_imports(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with click.Context(click.Command("ocr")):
        draw_first_status()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(screen, "has_terminal", lambda: True)
    with click.Context(click.Command("ocr")):
        draw_first_status()
    assert capsys.readouterr().err == f"{CLEAR}{screen.BEGUN}{CLEAR}"
