"""The order in which waiting jobs reach a device: fair between requests, batched by key.

Weighted fair queueing (Demers, Keshav, Shenker, "Analysis and Simulation of a Fair Queueing Algorithm", SIGCOMM 1989),
with a page in the place of a packet: a job's tag is the virtual time at which its whole page would be through if every
flow had its share of the device all the time, and the lowest tag is served next. Pages beyond what a flow's share has
paid for weigh less than a newcomer's first, so a receipt is read in one go before the rest of a long document, and no
stream of receipts stops the document. One flow alone is served in the order of arrival.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

Work = TypeVar("Work")

_FLOWS_KEPT = 1024
"""Flows remembered before those that have had no more than their share are forgotten."""


_WEIGHT_OF_FURTHER_PAGES = 0.25
"""Share of the device that a long document keeps beside one newcomer: a fifth."""


@dataclass(slots=True, order=True)
class _Entry(Generic[Work]):
    tag: float
    number: int
    payload: list[Work] = field(compare=False, repr=False)
    """The work; empty once it is taken or withdrawn, though the entry may stay behind others for a while."""
    key: Hashable = field(compare=False, repr=False)
    cost: int = field(compare=False)
    flow: Hashable = field(compare=False, repr=False)


@dataclass(slots=True)
class Turn:
    """When work that belongs together, a page, is due; to be pushed with each piece.

    Attributes:
        cost: of all pieces together.
        tag: set when the first piece is pushed.
    """

    cost: int
    tag: float | None = None


class FairQueue(Generic[Work]):
    """Waiting work, by fairness tag and by batching key. Not thread-safe: it lives on the event loop."""

    def __init__(self) -> None:
        self._all: list[_Entry[Work]] = []
        self._urgent: list[_Entry[Work]] = []
        self._by_key: dict[Hashable, list[_Entry[Work]]] = {}
        self._numbers = itertools.count()
        # Virtual time: what a flow of weight 1 would have had by now. A batch counts when the next is taken.
        self._now = 0.0
        self._taken = 0
        # Of each flow, when its share will have paid for its first page, and for all that it pushed.
        self._flow_end: dict[Hashable, tuple[float, float]] = {}
        self._waiting_of: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return self._waiting_of.total()

    def push(
        self, work: Work, *, key: Hashable, cost: int, flow: Hashable, turn: Turn | None = None, urgent: bool = False
    ) -> Callable[[], bool]:
        """Add work that costs ``cost`` and may share a batch with work of an equal ``key``; without a turn, its own.

        Urgent work is no sooner due than other work, but `pop_batch` can be asked for it.

        Returns:
            Withdraws the work: the queue forgets it at once. False where it waits no longer.
        """
        entry = _Entry(self._tag(flow, turn or Turn(cost)), next(self._numbers), [work], key, cost, flow)
        heapq.heappush(self._all, entry)
        heapq.heappush(self._by_key.setdefault(key, []), entry)
        if urgent:
            heapq.heappush(self._urgent, entry)
        self._waiting_of[flow] += 1
        return partial(self._withdraw, entry)

    def pop_batch(self, max_items: int, max_cost: int, *, urgent: bool = False) -> list[Work]:
        """Take the work that is due, with as much of its key, in order of tag, as fits beside it.

        Args:
            max_items: most pieces of work.
            max_cost: most cost of all.
            urgent: begin with the urgent work that is due.

        Returns:
            At least one piece of work, even one above ``max_cost``; empty only when nothing (urgent) waits.
        """
        waiting = self._urgent if urgent else self._all
        if not waiting:
            return []
        head = waiting[0]
        self._advance()
        same_key = self._by_key[head.key]
        cost = head.cost
        batch = [self._take(head)]
        while same_key and len(batch) < max_items and cost + same_key[0].cost <= max_cost:
            cost += same_key[0].cost
            batch.append(self._take(same_key[0]))
        self._taken = cost
        return batch

    def clear(self) -> list[Work]:
        """Take everything at once."""
        left = [entry.payload.pop() for entry in self._all if entry.payload]
        self._all.clear()
        self._urgent.clear()
        self._by_key.clear()
        self._waiting_of.clear()
        return left

    def _tag(self, flow: Hashable, turn: Turn) -> float:
        if turn.tag is None:
            first, end = self._flow_end.get(flow, (0.0, 0.0))
            if end > self._now:
                turn.tag = end + turn.cost / _WEIGHT_OF_FURTHER_PAGES
            else:
                turn.tag = first = self._now + turn.cost
            self._flow_end[flow] = (first, turn.tag)
            if len(self._flow_end) > _FLOWS_KEPT:
                self._flow_end = {name: ends for name, ends in self._flow_end.items() if ends[1] > self._now}
        return turn.tag

    def _advance(self) -> None:
        """Count the last batch: it was shared by all who wait and would still be served if shares were exact.

        Flows that would still be served but are through already do not count: under a stream of newcomers they would
        be more and more, time would slow down, and a document would get an ever smaller share.
        """
        ends = [self._flow_end[flow] for flow in self._waiting_of if flow in self._flow_end]
        weights = sum(1.0 if first > self._now else _WEIGHT_OF_FURTHER_PAGES for first, end in ends if end > self._now)
        if weights:
            self._now += self._taken / weights
        self._taken = 0

    def _withdraw(self, entry: _Entry[Work]) -> bool:
        waits = bool(entry.payload)
        if waits:
            self._take(entry)
        return waits

    def _take(self, entry: _Entry[Work]) -> Work:
        work = entry.payload.pop()
        self._waiting_of[entry.flow] -= 1
        if not self._waiting_of[entry.flow]:
            del self._waiting_of[entry.flow]
        same_key = self._by_key[entry.key]
        _drop_taken(same_key)
        if not same_key:
            del self._by_key[entry.key]
        _drop_taken(self._all)
        _drop_taken(self._urgent)
        if not self._waiting_of:
            # The end of a busy period: whoever comes next starts even.
            self._flow_end.clear()
        return work


def _drop_taken(entries: list[_Entry[Work]]) -> None:
    """Let the heap begin with an entry that waits. Those behind it hold no work and go when their turn comes."""
    while entries and not entries[0].payload:
        heapq.heappop(entries)
