"""The order in which waiting jobs reach a device: fair between requests, batched by key.

Start-time fair queueing (Goyal, Vin, Cheng, "Start-time Fair Queueing", SIGCOMM 1996): a job's tag is the virtual time
at which it would start if every flow had an equal share of the device. The lowest tag is served next, so the pages of a
long document do not hold up a receipt, and one flow alone is served in the order of arrival.
"""

import heapq
import itertools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

Work = TypeVar("Work")

_FLOWS_KEPT = 1024
"""Flows remembered before those that have had no more than their share are forgotten."""


@dataclass(slots=True, order=True)
class _Entry(Generic[Work]):
    tag: float
    number: int
    payload: list[Work] = field(compare=False, repr=False)
    """The work; empty once it is taken or withdrawn, though the entry may stay behind others for a while."""
    key: Hashable = field(compare=False, repr=False)
    cost: int = field(compare=False)


class FairQueue(Generic[Work]):
    """Waiting work, by fairness tag and by batching key. Not thread-safe: it lives on the event loop."""

    def __init__(self) -> None:
        self._all: list[_Entry[Work]] = []
        self._by_key: dict[Hashable, list[_Entry[Work]]] = {}
        self._numbers = itertools.count()
        self._now = 0.0
        self._flow_end: dict[Hashable, float] = {}
        self._waiting = 0

    def __len__(self) -> int:
        return self._waiting

    def push(self, work: Work, *, key: Hashable, cost: int, flow: Hashable) -> Callable[[], bool]:
        """Add work that costs ``cost`` and may share a batch with work of an equal ``key``.

        Returns:
            Withdraws the work: the queue forgets it at once. False where it waits no longer.
        """
        tag = max(self._now, self._flow_end.get(flow, 0.0))
        self._flow_end[flow] = tag + cost
        if len(self._flow_end) > _FLOWS_KEPT:
            self._flow_end = {name: end for name, end in self._flow_end.items() if end > self._now}
        entry = _Entry(tag, next(self._numbers), [work], key, cost)
        heapq.heappush(self._all, entry)
        heapq.heappush(self._by_key.setdefault(key, []), entry)
        self._waiting += 1
        return partial(self._withdraw, entry)

    def pop_batch(self, max_items: int, max_cost: int) -> list[Work]:
        """Take the work that is due, with as much of its key, in order of tag, as fits beside it.

        Returns:
            At least one piece of work, even one above ``max_cost``; empty only when nothing waits.
        """
        if not self._all:
            return []
        head = self._all[0]
        self._now = max(self._now, head.tag)
        same_key = self._by_key[head.key]
        cost = head.cost
        batch = [self._take(head)]
        while same_key and len(batch) < max_items and cost + same_key[0].cost <= max_cost:
            cost += same_key[0].cost
            batch.append(self._take(same_key[0]))
        return batch

    def clear(self) -> list[Work]:
        """Take everything at once."""
        left = [entry.payload.pop() for entry in self._all if entry.payload]
        self._all.clear()
        self._by_key.clear()
        self._waiting = 0
        return left

    def _withdraw(self, entry: _Entry[Work]) -> bool:
        waits = bool(entry.payload)
        if waits:
            self._take(entry)
        return waits

    def _take(self, entry: _Entry[Work]) -> Work:
        work = entry.payload.pop()
        self._waiting -= 1
        same_key = self._by_key[entry.key]
        _drop_taken(same_key)
        if not same_key:
            del self._by_key[entry.key]
        _drop_taken(self._all)
        if not self._waiting:
            # The end of a busy period: whoever comes next starts even.
            self._flow_end.clear()
        return work


def _drop_taken(entries: list[_Entry[Work]]) -> None:
    """Let the heap begin with an entry that waits. Those behind it hold no work and go when their turn comes."""
    while entries and not entries[0].payload:
        heapq.heappop(entries)
