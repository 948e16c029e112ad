"""Runs a program again that another process killed.

Without free memory the kernel kills any process, and so may people and other programs. So the document need not be the
cause.
"""

import logging
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

MOST_KILLS = 5
"""Of one program with one document."""
STATUSES = (-signal.SIGKILL, 128 + signal.SIGKILL)
"""Of our child that was killed, and of one whose own child was."""

logger = logging.getLogger(__name__)


class Killed(Exception):
    """Another process killed the program."""


def check_status(status: int) -> None:
    """Check how a program ended.

    Raises:
        Killed: it was killed.
    """
    if status in STATUSES:
        raise Killed


async def again_if_killed(run: Callable[[], Awaitable[T]]) -> T:
    """Run a program, and again if it is killed.

    Raises:
        Killed: it was killed too often.
    """
    for _ in range(MOST_KILLS - 1):
        try:
            return await run()
        except Killed:
            logger.warning("A program for Office documents was killed; it is run again")
    return await run()
