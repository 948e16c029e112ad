"""Prints lines for a person. Names in them, such as those of files, cannot control the terminal."""

import click

from server.printable import printable_lines


def show(line: str) -> None:
    """Print a result on standard output."""
    click.echo(printable_lines(line))


def say(line: str) -> None:
    """Print a message for the operator on standard error, apart from results on standard output."""
    click.echo(printable_lines(line), err=True)
