"""Figures of the work inside the server, for the lines that it logs when it stops: what was inside, and its end."""

from collections.abc import Callable, Hashable

Count = Callable[[], int]

GIVEN_UP = frozenset({499, 503})
"""The statuses of requests that were inside and got no result: the client left, or the server's time was over."""


class Inside:
    """Counts requests itself. Parts that do work beside or within requests register their own figures."""

    def __init__(self) -> None:
        self._requests: set[Hashable] = set()
        self._at_stop: frozenset[Hashable] = frozenset()
        self._finished = 0
        self._given_up = 0
        self._now: dict[str, Count] = {}
        self._since: dict[str, Count] = {}
        self._before: dict[str, int] = {}
        self._left: dict[str, Count] = {}

    def watch(self, name: str, now: Count) -> None:
        """Say at the stop how many of these there are."""
        self._now[name] = now

    def watch_end(self, name: str, so_far: Count) -> None:
        """Say at the end how many of these there were since the stop. ``so_far`` never falls."""
        self._since[name] = so_far

    def watch_left(self, name: str, left: Count) -> None:
        """Say at the end how many of these are left."""
        self._left[name] = left

    def request_began(self, request: Hashable) -> None:
        """Count a request by what stands for it alone. Its id does not: the caller chooses it."""
        self._requests.add(request)

    def request_ended(self, request: Hashable, status: int) -> None:
        """Count a request as ended, with the status of its answer; 499 if its client is gone."""
        self._requests.discard(request)
        if request in self._at_stop:
            self._finished += status not in GIVEN_UP
            self._given_up += status in GIVEN_UP

    def stop(self) -> dict[str, int]:
        """The figures at the begin of a stop."""
        self._at_stop = frozenset(self._requests)
        self._before = {name: count() for name, count in self._since.items()}
        return {"requests": len(self._requests), **{name: count() for name, count in self._now.items()}}

    def end(self) -> dict[str, int]:
        """The figures at the end. A request without an answer is given up."""
        unanswered = len(self._at_stop & self._requests)
        return {
            "requests_finished": self._finished,
            "requests_given_up": self._given_up + unanswered,
            **{name: count() - self._before.get(name, 0) for name, count in self._since.items()},
            **{name: count() for name, count in self._left.items()},
        }
