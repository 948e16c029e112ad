"""Prints lines for a person. Names in them, such as those of files, cannot control the terminal.

A status is the last line of a terminal. It is drawn anew in its place, and every other line takes that place.
"""

import os
import shutil
import sys

import click

from server.printable import printable, printable_lines

BEGUN = "Getting ready to read ..."
"""The status of a command that reads, until it reads."""
_CLEAR = "\r\x1b[K"
_ALWAYS_FREE = 1
"""Columns on the right. A terminal may move on to a new line when its last column is filled."""


def show(line: str) -> None:
    """Print a result on standard output."""
    clear_status()
    click.echo(printable_lines(line))


def say(line: str) -> None:
    """Print a message for the operator on standard error, apart from results on standard output."""
    clear_status()
    click.echo(printable_lines(line), err=True)


def has_terminal() -> bool:
    """Whether a person sees standard error on a terminal that can draw a line anew."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def draw_status(text: str) -> None:
    """Draw the status on standard error. Call this on a terminal only."""
    _Status.is_drawn = True
    room = shutil.get_terminal_size().columns - _ALWAYS_FREE
    click.echo(_CLEAR + printable(text)[:room], nl=False, err=True, color=True)


def draw_first_status() -> None:
    """Tell a person on a terminal at once that a command has begun: what it imports takes seconds on a slow machine."""
    if has_terminal():
        draw_status(BEGUN)
        click.get_current_context().call_on_close(clear_status)


def clear_status() -> None:
    """Take the status away, before something else is printed."""
    if _Status.is_drawn:
        _Status.is_drawn = False
        click.echo(_CLEAR, nl=False, err=True, color=True)


class _Status:
    """The process has one terminal, and so one status."""

    is_drawn = False
