"""Errors of the command line. Each is one readable message and an exit code, without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from models.errors import OcrError
from server.config.base import ConfigurationError


class Failure(click.ClickException):
    """Ends the command with a message and exit code 1."""


class Misconfigured(click.ClickException):
    """Ends the command with a message and exit code 2: the configuration or an option is wrong."""

    exit_code = 2


class CommandGroup(click.Group):
    """A group whose commands may raise the project's own errors."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. The exit code is 2 for a wrong configuration and 1 for other known errors."""
        with readable_errors():
            return super().invoke(ctx)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Convert the project's own errors to errors of the command line, with the same message."""
    try:
        yield
    except ConfigurationError as error:
        raise Misconfigured(str(error)) from error
    except OcrError as error:
        raise Failure(str(error)) from error
