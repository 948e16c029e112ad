"""Takes the signal SIGHUP, which would end the process: it asks for a reload, or says that the terminal is gone."""

import asyncio
import os
import signal
from collections.abc import Callable
from types import FrameType

TERMINAL = "/dev/tty"
"""The terminal that a process belongs to, if there is one."""


class HangUps:
    """The SIGHUPs of this process from here on. None of them is lost, also before the event loop runs.

    A terminal that closes sends SIGHUP as well. A server that was started in it then stops, as by SIGTERM, unless
    ``nohup`` had SIGHUP ignored.
    """

    def __init__(self) -> None:
        kept = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        self._in_terminal = not kept and _has_terminal()
        self._came = False
        self._wake: Callable[[], object] | None = None
        signal.signal(signal.SIGHUP, self._take)

    async def next(self) -> None:
        """Wait until one has come since the last call. Several together count as one."""
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(arrived.set)
        try:
            if not self._came:
                await arrived.wait()
            self._came = False
        finally:
            self._wake = None

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if self._in_terminal and not _has_terminal():
            signal.raise_signal(signal.SIGTERM)
            return
        self._came = True
        if self._wake is not None:
            self._wake()


def _has_terminal() -> bool:
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
