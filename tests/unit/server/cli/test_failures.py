"""Errors of the command line: a message, an exit code, and nothing that a terminal obeys."""

import errno

import click
import pytest

from models.errors import OcrError
from server.cli.failures import INTERRUPTED, Failure, Misconfigured, extra, readable_errors
from server.config.base import ConfigurationError


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ConfigurationError("a.yaml: x\x1b: is wrong.", "b"), 2, "a.yaml: x\\x1b: is wrong.\nb"),
        (OcrError("no model\x07"), 1, "no model\\x07"),
        (click.UsageError("No such option '\x1b'"), 2, "No such option '\\x1b'"),
        (OSError(errno.ENOSPC, "No space left on device", "a\nb"), 1, "'a\nb': No space left on device."),
        (TimeoutError(), 1, "TimeoutError."),
        (Misconfigured("--output: x"), 2, "--output: x"),
    ],
)
def test_a_known_error_is_a_message_and_an_exit_code(error: Exception, code: int, message: str) -> None:
    with pytest.raises(Failure) as caught, readable_errors():
        raise error
    assert (caught.value.exit_code, caught.value.message) == (code, message)


def test_an_interrupt_is_an_exit_code_alone() -> None:
    with pytest.raises(click.exceptions.Exit) as caught, readable_errors():
        raise KeyboardInterrupt
    assert caught.value.exit_code == INTERRUPTED


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "Broken pipe"), ZeroDivisionError()])
def test_other_errors_pass(error: Exception) -> None:
    with pytest.raises(type(error)), readable_errors():
        raise error


def test_a_missing_package_names_the_extra_that_has_it() -> None:
    with pytest.raises(Failure) as caught, extra("compare"):
        raise ModuleNotFoundError("No module named 'httpx'", name="httpx")
    assert caught.value.exit_code == 1
    assert caught.value.message.startswith("The package httpx is not installed. ")
    assert "[compare]'" in caught.value.message
