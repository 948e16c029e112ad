"""Logs errors that nobody handles in an event loop. Each is one line with a place in our code and no content.

The loop's own lines hold a traceback, the words of the error and the arguments of a callback. All of them may quote a
document.
"""

import asyncio
import logging
import traceback
from typing import Any

logger = logging.getLogger(__name__)

_PLACES = ("task", "future", "handle", "protocol", "transport", "asyncgen")
"""The keys of the loop's report that say where the error was, the first one that is there."""


def report_loop_errors() -> None:
    """Log the errors of the running event loop from now on."""
    asyncio.get_running_loop().set_exception_handler(_report)


def _report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    place = next((name for name in _PLACES if context.get(name) is not None), "loop")
    if isinstance(context.get(place), asyncio.Task):
        place = "task"
    error = context.get("exception")
    # A connection that breaks is its client's affair.
    level = logging.INFO if place in ("protocol", "transport") and isinstance(error, OSError) else logging.ERROR
    logger.log(level, "Nobody handled an error in the event loop's %s: %s", place, _described(error))


def _described(error: object) -> str:
    """The type of an error and the line that raised it."""
    if not isinstance(error, BaseException):
        return "without an exception"
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    return f"{type(error).__name__}{at}"
