"""This watches the memory, file descriptors and threads of a server's process over time, in Linux's /proc."""

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process_tree import PAGE, tree_bytes

INTERVAL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One look.

    Attributes:
        at: seconds since the watch began.
        mebibytes: resident, of the server's own process.
        tree_mebibytes: with its children; what they share counts once for each.
        descriptors: of all kinds.
        files: those that are no sockets. The sockets are mostly the clients' connections, of which a slower machine has
            more.
    """

    at: float
    mebibytes: float
    tree_mebibytes: float
    descriptors: int
    files: int
    threads: int


class Watch:
    """Looks at a process every two seconds until it is stopped.

    Attributes:
        samples: in order.
    """

    def __init__(self, pid: int) -> None:
        self.samples: list[Sample] = []
        self._process = Path("/proc") / str(pid)
        self._pid = pid
        self._over = threading.Event()
        self._begin = time.monotonic()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def look(self) -> Sample:
        """A look now."""
        opened = list(self._opened())
        resident = int((self._process / "statm").read_text().split()[1]) * PAGE
        return Sample(
            round(time.monotonic() - self._begin, 1),
            round(resident / 2**20, 1),
            round(tree_bytes(self._pid) / 2**20, 1),
            len(opened),
            sum(not target.startswith("socket:") for target in opened),
            len(list((self._process / "task").iterdir())),
        )

    def _opened(self) -> Iterator[str]:
        """What the process's descriptors refer to. One that is closed meanwhile is left out."""
        for descriptor in (self._process / "fd").iterdir():
            with suppress(FileNotFoundError):
                yield str(descriptor.readlink())

    def stop(self) -> None:
        """End the watch."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(INTERVAL_SECONDS):
            with suppress(FileNotFoundError, ProcessLookupError):
                self.samples.append(self.look())


def growth(values: Sequence[float], share: float = 0.25) -> float:
    """Growth of the median of the last part over that of the first, e.g. 0.05 for 5 %; 0 of too few values."""
    part = int(len(values) * share)
    if not part:
        return 0.0
    return statistics.median(values[-part:]) / statistics.median(values[:part]) - 1
