"""What became of the tasks of the last minutes: kept in memory, so many bytes of it, for those who created them."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from server.config.contract_settings import CapSolverSettings
from server.contracts.capsolver.errors import Failure

ENTRY_BYTES = 1024
"""What one kept outcome costs besides its text, generously."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended.

    Attributes:
        text: what was read; None where it failed.
        failure: why it failed.
    """

    text: str | None = None
    failure: Failure | None = None


@dataclass(slots=True)
class _Kept:
    outcome: Outcome
    owner: bytes
    until: float
    size: int
    queries: int = 0


class Results:
    """Outcomes by task id. Used from one event loop.

    Args:
        settings: how long, how often and how much.
        clock: seconds that only ever grow.
    """

    def __init__(self, settings: CapSolverSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def keep(self, task_id: str, client_key: str, outcome: Outcome) -> None:
        """Remember an outcome; expired ones, and then the oldest, make room for it."""
        size = ENTRY_BYTES + 4 * len(outcome.text or "")
        kept = _Kept(outcome, _owner(client_key), self._clock() + self._settings.result_seconds, size)
        self._kept[task_id] = kept
        self._bytes += size
        self._make_room()

    def find(self, task_id: str, client_key: str) -> Outcome | None:
        """Give an outcome to its owner and count that; None where there is none, or none any more."""
        self._make_room()
        kept = self._kept.get(task_id)
        if kept is None or kept.owner != _owner(client_key) or kept.queries >= self._settings.max_queries:
            return None
        kept.queries += 1
        return kept.outcome

    def _make_room(self) -> None:
        """All live equally long, so the oldest is always the next to expire."""
        now = self._clock()
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if oldest.until > now and self._bytes <= self._settings.max_stored_bytes:
                return
            self._kept.popitem(last=False)
            self._bytes -= oldest.size


def _owner(client_key: str) -> bytes:
    """A key is never kept as it is."""
    return hashlib.sha256(client_key.encode()).digest()
