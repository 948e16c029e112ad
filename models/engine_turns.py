"""Whose batch computes next where several models share the cores of a CPU: a newcomer's before a long document's.

The queue in front of each stage is fair by itself, but stages meet at the processor. A newcomer's lines would wait for
a page of a long document to be detected, then its next lines for the next page, and so on. A batch that is no
newcomer's is passed four times at most, so the document keeps the fifth of the machine that its queue grants it.
"""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from types import TracebackType

_MOST_PASSES = 4

_newcomer: ContextVar[bool] = ContextVar("newcomer", default=True)


def is_newcomers() -> bool:
    """Whether what this task or thread works on is a newcomer's: true where nobody said otherwise."""
    return _newcomer.get()


@contextmanager
def work_of(*, newcomer: bool) -> Iterator[None]:
    """Say whose work is done inside the ``with`` block, in this task or thread and in tasks that it starts."""
    token = _newcomer.set(newcomer)
    try:
        yield
    finally:
        _newcomer.reset(token)


class PagesInWork:
    """Which flows have pages in work: a page of a flow that has none is a newcomer's."""

    def __init__(self) -> None:
        self._pages: Counter[Hashable] = Counter()

    @contextmanager
    def page_of(self, flow: Hashable) -> Iterator[None]:
        """Count a page for as long as the ``with`` block lasts, which works for a newcomer or for an older flow."""
        newcomer = flow is None or not self._pages[flow]
        self._pages[flow] += 1
        try:
            with work_of(newcomer=newcomer):
                yield
        finally:
            self._pages[flow] -= 1
            if not self._pages[flow]:
                del self._pages[flow]


@dataclass(slots=True, eq=False)
class _Waiter:
    newcomer: bool
    passed: int = 0
    turn: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.turn.acquire()


class EngineTurns:
    """A context manager that so many threads may be inside of at once.

    Args:
        slots: engines that compute at the same time.

    Attributes:
        free: slots that nobody has.
    """

    def __init__(self, slots: int) -> None:
        self.free = slots
        self._waiting: list[_Waiter] = []
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        """Threads that wait for a slot."""
        return len(self._waiting)

    def __enter__(self) -> None:
        waiter = _Waiter(is_newcomers())
        with self._lock:
            if self.free:
                self.free -= 1
                return
            self._waiting.append(waiter)
        waiter.turn.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._waiting:
                self._next().turn.release()
            else:
                self.free += 1

    def _next(self) -> _Waiter:
        """Take the one whose turn it is out of the line: the first newcomer, unless the head was passed enough."""
        head = self._waiting[0]
        chosen = head
        if head.passed < _MOST_PASSES:
            chosen = next((waiter for waiter in self._waiting if waiter.newcomer), head)
        if chosen is not head:
            head.passed += 1
        self._waiting.remove(chosen)
        return chosen
