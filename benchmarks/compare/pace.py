"""Keeps requests within a quota, and costs within a budget. Threads share both."""

import threading
import time


class Pace:
    """At most so many requests a second, evenly spaced.

    Args:
        per_second: the quota; None for none.
        stop: ends every wait.
    """

    def __init__(self, per_second: float | None, stop: threading.Event) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._stop = stop
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> float:
        """Wait for the next place in the queue, and return for how many seconds."""
        with self._lock:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + self._gap
        if begin > now:
            self._stop.wait(begin - now)
        return max(0.0, begin - now)


class Budget:
    """Money that may be spent.

    Args:
        total: None for no limit.
        spent: what earlier runs of the same folder cost.
    """

    def __init__(self, total: float | None, spent: float) -> None:
        self._total = total
        self._spent = spent
        self._lock = threading.Lock()

    def take(self, cost: float) -> bool:
        """Set money aside before a document is sent; False if that would exceed the budget."""
        with self._lock:
            if self._total is not None and cost > 0 and self._spent + cost > self._total * (1 + 1e-9):
                return False
            self._spent += cost
            return True

    def give_back(self, cost: float) -> None:
        """Money that was set aside and not asked for."""
        with self._lock:
            self._spent -= cost
