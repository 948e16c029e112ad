"""Memory and processor time of a process and all its descendants, from Linux's /proc."""

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
INTERVAL_SECONDS = 0.2
UTIME, CSTIME = 11, 14
"""Positions in /proc/PID/stat, counted behind the process's name: utime, stime, cutime, cstime."""

IDLE, IOWAIT = 3, 4
"""Positions in the first line of /proc/stat."""


def tree_bytes(pid: int) -> int:
    """Resident bytes of the tree now. Pages that processes share count once for each: an upper bound."""
    return sum(_resident(process) for process in _tree(pid))


def tree_cpu_seconds(pid: int) -> float:
    """Processor seconds of the tree since it began, those of ended children that were waited for included."""
    return sum(_cpu_seconds(process) for process in _tree(pid))


def machine_cpu_seconds() -> float:
    """Processor seconds that the machine spent on anything, or was denied by its host, since it began."""
    ticks = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(ticks) - ticks[IDLE] - ticks[IOWAIT]) / TICKS


def descendants(pid: int) -> list[int]:
    """The processes below a process."""
    return [int(process.name) for process in _tree(pid)][1:]


class PeakMemory:
    """Use as a context manager; `peak_mebibytes` is the highest sum of resident sets that was seen meanwhile."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._peak = 0

    @property
    def peak_mebibytes(self) -> float:
        """MiB."""
        return round(self._peak / 2**20, 1)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self._peak = max(self._peak, tree_bytes(self._pid))
            if self._stop.wait(INTERVAL_SECONDS):
                return


def _tree(pid: int) -> Iterator[Path]:
    todo = [pid]
    while todo:
        process = Path("/proc") / str(todo.pop())
        todo += _children(process)
        yield process


def _children(process: Path) -> list[int]:
    """Processes that a process's threads started; a thread or process that has just ended has none."""
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in (process / "task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _resident(process: Path) -> int:
    try:
        return int((process / "statm").read_text().split()[1]) * PAGE
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _cpu_seconds(process: Path) -> float:
    try:
        stat = (process / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return sum(int(field) for field in fields[UTIME : CSTIME + 1]) / TICKS
