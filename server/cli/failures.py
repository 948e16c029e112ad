"""Errors of the command line: one readable message, an exit code, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from models.errors import OcrError
from server.config.base import ConfigurationError


class Failure(click.ClickException):
    """Ends the command with a message and exit code 1."""


class Misconfigured(click.ClickException):
    """Ends the command with a message and exit code 2: what was asked for cannot be right."""

    exit_code = 2


class Failing(click.Group):
    """A group whose commands may raise the project's own errors."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a wrong configuration exits with 2, everything else that is known with 1."""
        with readable_errors():
            return super().invoke(ctx)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn errors that explain themselves into their message."""
    try:
        yield
    except ConfigurationError as error:
        raise Misconfigured(str(error)) from error
    except OcrError as error:
        raise Failure(str(error)) from error
