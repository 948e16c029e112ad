"""Errors of the command line. Each is one readable message and an exit code, without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from models.engines.registry import how_to_install
from models.errors import OcrError
from server.config.base import ConfigurationError
from server.printable import printable_lines

INTERRUPTED = 130
"""The exit code of a shell for a program that Ctrl-C ended."""


class Failure(click.ClickException):
    """Ends the command with a message and exit code 1. The message cannot control the terminal."""

    def __init__(self, message: str) -> None:
        super().__init__(printable_lines(message))


class Misconfigured(Failure):
    """Ends the command with a message and exit code 2: the configuration or an option is wrong."""

    exit_code = 2


class CommandGroup(click.Group):
    """A group whose commands may raise the project's own errors."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the options in front of the command."""
        with readable_errors():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. The exit code is 2 for a wrong configuration or option, and 1 for other known errors."""
        with readable_errors():
            return super().invoke(ctx)


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Say which of the project's extras is to be installed, if a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Failure(f"The package {error.name} is not installed. {how_to_install(name)}") from error


@contextmanager
def readable_errors() -> Iterator[None]:
    """Convert errors to errors of the command line."""
    try:
        yield
    except (Failure, click.exceptions.NoArgsIsHelpError):
        raise
    except click.UsageError as error:
        asked = f" See: {error.ctx.command_path} --help" if error.ctx else ""
        raise Misconfigured(error.format_message() + asked) from error
    except click.ClickException as error:
        raise Failure(error.format_message()) from error
    except ConfigurationError as error:
        raise Misconfigured(str(error)) from error
    except OcrError as error:
        raise Failure(str(error)) from error
    except BrokenPipeError:
        raise  # who read the results has gone, such as head: the library ends the program quietly
    except OSError as error:
        where = "" if error.filename is None else f"'{error.filename}': "
        raise Failure(f"{where}{error.strerror or type(error).__name__}.") from error
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None
