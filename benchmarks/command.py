"""Runs a benchmark as a command: what keeps it from its work is a line and an exit code, not a traceback."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from click import ClickException

from models.errors import OcrError
from server.config.base import ConfigurationError
from server.printable import printable_lines
from tests.reference.serving import NotStarted

MISCONFIGURED, FAILED, INTERRUPTED = 2, 1, 130
"""Exit codes, those of ``ppocr-server``."""


class NotMeasured(Exception):
    """Something that the benchmark needs is not there. The message says what."""


def run_command(main: Callable[[], int | None]) -> NoReturn:
    """Run a benchmark and end this process.

    Args:
        main: gives the exit code. It reads the command line itself.
    """
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is written there at the end
        sys.exit(FAILED)
    except ConfigurationError as error:
        _end(str(error), MISCONFIGURED)
    except ClickException as error:
        _end(error.format_message(), error.exit_code)
    except ModuleNotFoundError as error:
        _end(f"The package {error.name} is not installed.", FAILED)
    except (NotMeasured, NotStarted, OcrError, OSError) as error:
        _end(str(error) or type(error).__name__, FAILED)


def result_file(text: str) -> Path:
    """Read the path of a file for results. It is checked before the work, because the work may take hours.

    Raises:
        argparse.ArgumentTypeError: no file can be written there.
    """
    path = Path(text)
    folder = path.absolute().parent
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK | os.X_OK):  # noqa: PTH112 - Path's may fail
        raise argparse.ArgumentTypeError(f"there is no folder for {text!r} that can be written to")
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        raise argparse.ArgumentTypeError(f"{text!r} is no regular file")
    return path


def _end(message: str, code: int) -> NoReturn:
    print(printable_lines(message).rstrip(), file=sys.stderr)
    sys.exit(code)
