"""The order in which waiting work reaches a device: fair between requests, batched by key.

This is weighted fair queueing (Demers, Keshav, Shenker, "Analysis and Simulation of a Fair Queueing Algorithm", SIGCOMM
1989), with pages in the place of packets. The finish tag of some work is the virtual time at which its whole page would
be finished if every flow had its share of the device all the time. The lowest tag is served next. A newcomer's first
page weighs more than the pages of a flow that is ahead of its share. So a receipt is read in one go before the rest of
a long document, and yet a stream of receipts does not stop the document. A single flow is served in order of arrival.
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
"""If more flows are remembered, those that have had no more than their share are forgotten."""


_WEIGHT_OF_FURTHER_PAGES = 0.25
"""The weight of a long document beside a newcomer's weight of 1. The document keeps a fifth of the device."""


@dataclass(slots=True, order=True)
class _Entry(Generic[Work]):
    finish: float
    number: int
    payload: list[Work] = field(compare=False, repr=False)
    """The work; empty after it was taken or withdrawn. The entry may stay in a heap for a while after that."""
    key: Hashable = field(compare=False, repr=False)
    cost: int = field(compare=False)
    flow: Hashable = field(compare=False, repr=False)


@dataclass(slots=True)
class FinishTag:
    """The virtual finish time of work that belongs together, a page. Each piece is pushed with it.

    Attributes:
        cost: of all pieces together.
        time: the virtual time; None until the first piece is pushed.
    """

    cost: int
    time: float | None = None


class FairQueue(Generic[Work]):
    """Waiting work, by finish tag and by batching key. It is not thread-safe: it lives on the event loop."""

    def __init__(self) -> None:
        self._all: list[_Entry[Work]] = []
        self._urgent: list[_Entry[Work]] = []
        self._by_key: dict[Hashable, list[_Entry[Work]]] = {}
        self._numbers = itertools.count()
        # Virtual time: the cost that a flow of weight 1 would have had by now. A batch counts when the next is taken.
        self._now = 0.0
        self._taken = 0
        # For each flow, the virtual time at which its share has paid for its first page, and for all its pages.
        self._flow_end: dict[Hashable, tuple[float, float]] = {}
        self._waiting_of: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return self._waiting_of.total()

    def push(
        self,
        work: Work,
        *,
        key: Hashable,
        cost: int,
        flow: Hashable,
        tag: FinishTag | None = None,
        urgent: bool = False,
    ) -> Callable[[], bool]:
        """Add work.

        Args:
            work: what is added.
            key: work shares a batch only with work of an equal key.
            cost: of this work.
            flow: the request of the work.
            tag: of the page that the work is a piece of. Without it, the work is a page of its own.
            urgent: whether `pop_batch` may be asked for it. Urgent work is not due sooner than other work.

        Returns:
            A function that withdraws the work, so that the queue forgets it at once. It gives False if the work does
            not wait any more.
        """
        entry = _Entry(self._finish_time(flow, tag or FinishTag(cost)), next(self._numbers), [work], key, cost, flow)
        heapq.heappush(self._all, entry)
        heapq.heappush(self._by_key.setdefault(key, []), entry)
        if urgent:
            heapq.heappush(self._urgent, entry)
        self._waiting_of[flow] += 1
        return partial(self._withdraw, entry)

    def pop_batch(self, max_items: int, max_cost: int, *, urgent: bool = False) -> list[Work]:
        """Take the work with the lowest tag, and as much work of its key, in order of tag, as fits beside it.

        Args:
            max_items: most pieces of work.
            max_cost: most cost of all pieces together.
            urgent: begin with the urgent work that has the lowest tag.

        Returns:
            At least one piece of work, even if its cost is above ``max_cost``. Empty only if no (urgent) work waits.
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

    def in_order(self) -> list[Work]:
        """The waiting work, in the order in which it would be taken one by one if nothing more came."""
        return [entry.payload[0] for entry in sorted(self._all) if entry.payload]

    def clear(self) -> list[Work]:
        """Take all work at once."""
        left = [entry.payload.pop() for entry in self._all if entry.payload]
        self._all.clear()
        self._urgent.clear()
        self._by_key.clear()
        self._waiting_of.clear()
        return left

    def _finish_time(self, flow: Hashable, tag: FinishTag) -> float:
        if tag.time is None:
            first, end = self._flow_end.get(flow, (0.0, 0.0))
            if end > self._now:
                tag.time = end + tag.cost / _WEIGHT_OF_FURTHER_PAGES
            else:
                tag.time = first = self._now + tag.cost
            self._flow_end[flow] = (first, tag.time)
            if len(self._flow_end) > _FLOWS_KEPT:
                self._flow_end = {name: ends for name, ends in self._flow_end.items() if ends[1] > self._now}
        return tag.time

    def _advance(self) -> None:
        """Count the last batch: all waiting flows that would still be served if shares were exact have shared it.

        Flows that are finished too early do not count. Under a stream of newcomers they would become more and more,
        virtual time would slow down, and a document would get an ever smaller share.
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
            # The end of a busy period: all flows start equal after it.
            self._flow_end.clear()
        return work


def _drop_taken(entries: list[_Entry[Work]]) -> None:
    """Drop entries without work from the head of a heap. Those further down are dropped when they become the head."""
    while entries and not entries[0].payload:
        heapq.heappop(entries)
