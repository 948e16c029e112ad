"""Keeps the outcomes of the last minutes' tasks in memory, for the callers that created them."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from server.config.contract_settings import CapSolverSettings
from server.contracts.capsolver.errors import Failure

ENTRY_BYTES = 1024
"""Memory of one kept outcome beside its text, estimated generously."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a task.

    Attributes:
        text: its text; None if it failed.
        failure: its error; None if it succeeded.
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
        settings: limits of time, queries and bytes.
        clock: seconds, monotonic.
    """

    def __init__(self, settings: CapSolverSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def keep(self, task_id: str, client_key: str, outcome: Outcome) -> None:
        """Keep an outcome. Expired ones, and then the oldest, are dropped to make room."""
        size = ENTRY_BYTES + 4 * len(outcome.text or "")
        kept = _Kept(outcome, _owner(client_key), self._clock() + self._settings.result_seconds, size)
        self._kept[task_id] = kept
        self._bytes += size
        self._make_room()

    def find(self, task_id: str, client_key: str) -> Outcome | None:
        """Give an outcome to its owner, and count the query; None if there is none, or it was dropped."""
        self._make_room()
        kept = self._kept.get(task_id)
        if kept is None or kept.owner != _owner(client_key) or kept.queries >= self._settings.max_queries:
            return None
        kept.queries += 1
        return kept.outcome

    def _make_room(self) -> None:
        """Drop outcomes from the oldest on. All are kept equally long, so the oldest is the next to expire."""
        now = self._clock()
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if oldest.until > now and self._bytes <= self._settings.max_stored_bytes:
                return
            self._kept.popitem(last=False)
            self._bytes -= oldest.size


def _owner(client_key: str) -> bytes:
    """The hash of a key. The key itself is never kept."""
    return hashlib.sha256(client_key.encode()).digest()
