"""Tries again where a worker was lost for no fault of its file: how often, and when no longer.

Without free memory the kernel kills any process, and so may people and other programs. A file that was with a killed
worker is sound as far as we know. A file whose worker crashed may be the cause, or may not.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from server.decode.workers.process import (
    KilledAtStart,
    WorkerDied,
    WorkerKilled,
    WorkerProcess,
    WorkerSettings,
)

T = TypeVar("T")

MOST_CRASHES = 2
"""Of workers with one command. Then the file is taken for the cause."""
MOST_KILLS = 5
"""Of workers with one command. A file that takes all memory ends no more than that."""
MOST_KILLS_AT_START = 20
"""Of workers that start, one after the other. No file is the cause, but the machine may have no memory for a worker."""

logger = logging.getLogger(__name__)


def started(settings: WorkerSettings, first: WorkerProcess | None, useless: Callable[[], bool]) -> WorkerProcess:
    """Start a worker, and wait until it is ready. If it is killed meanwhile, start another one. Blocks.

    Args:
        settings: of the worker.
        first: a worker that starts already.
        useless: whether no worker is wanted any more.

    Raises:
        WorkerNotStarted: none can be started.
    """
    kills = 0
    while True:
        process, first = first or WorkerProcess(settings), None
        try:
            process.wait_until_ready()
        except KilledAtStart as error:
            kills += 1
            if kills == MOST_KILLS_AT_START or useless():
                raise
            logger.warning("Another decode worker is started: %s", error)
        else:
            return process


def answered(ask: Callable[[], T], useless: Callable[[], bool]) -> T:
    """Ask a worker, and ask another one if the worker dies. Blocks.

    Args:
        ask: asks a worker that is alive.
        useless: whether no answer is wanted any more.

    Raises:
        WorkerDied: too many workers died.
    """
    crashes = kills = 0
    while True:
        try:
            return ask()
        except WorkerDied as error:
            crashes += not isinstance(error, WorkerKilled)
            kills += isinstance(error, WorkerKilled)
            if crashes == MOST_CRASHES or kills == MOST_KILLS or useless():
                raise
