"""Decides which model computes next on a CPU that several models share. A newcomer goes before a long document.

The queue of each stage is fair by itself, but the stages meet at the processor. There a newcomer's lines would wait
until a page of a long document is detected, its next lines would wait for the next page, and so on. Batches of
newcomers therefore pass the others. The batches that pass another one take at most four times its cores, so the
document keeps the fifth of the machine that its queue grants it.

A batch takes as many cores as its model has threads. The next batch waits until so many are free, and all others wait
behind it. So a model that needs all cores gets them, even beside models that need one.
"""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock

_MOST_PASSES = 4

_newcomer: ContextVar[bool] = ContextVar("newcomer", default=True)


def works_for_newcomer() -> bool:
    """Whether this task or thread works for a newcomer; true unless `work_of` says otherwise."""
    return _newcomer.get()


@contextmanager
def work_of(*, newcomer: bool) -> Iterator[None]:
    """Declare the work inside the ``with`` block as a newcomer's or not: in this task or thread and tasks it starts."""
    token = _newcomer.set(newcomer)
    try:
        yield
    finally:
        _newcomer.reset(token)


class PagesInWork:
    """The pages of each flow that are in work. A flow's page is a newcomer if the flow has no other page in work."""

    def __init__(self) -> None:
        self._pages: Counter[Hashable] = Counter()

    @contextmanager
    def page_of(self, flow: Hashable) -> Iterator[None]:
        """Count a page as in work during the ``with`` block, whose work is a newcomer's if the page is one."""
        newcomer = flow is None or not self._pages[flow]
        self._pages[flow] += 1
        try:
            with work_of(newcomer=newcomer):
                yield
        finally:
            self._pages[flow] -= 1
            if not self._pages[flow]:
                del self._pages[flow]


class EngineTurns:
    """The cores that the models of a pipeline share.

    Args:
        cores: how many there are.

    Attributes:
        free: cores that nobody has.
    """

    def __init__(self, cores: int) -> None:
        self.free = self._cores = cores
        self._waiting: list[_Waiter] = []
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        """Threads that wait for their turn."""
        return len(self._waiting)

    def of(self, cores: int, at_once: int = 1) -> AbstractContextManager[object]:
        """What a model's batch holds while it computes. To be entered by any number of threads.

        Args:
            cores: what a batch takes. A model with more threads than there are cores takes all of them.
            at_once: batches of the model that may compute at the same time.
        """
        return _Model(self, min(cores, self._cores), at_once)

    def take(self, model: "_Model") -> None:
        """Wait for a turn, and for the cores to be free."""
        waiter = _Waiter(model, works_for_newcomer())
        with self._lock:
            self._waiting.append(waiter)
            self._grant()
        try:
            waiter.turn.acquire()
        except BaseException:  # an interrupt of the main thread: its cores must not be lost
            with self._lock:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
                else:
                    self._leave(model)
            raise

    def give_back(self, model: "_Model") -> None:
        """Let the next ones compute."""
        with self._lock:
            self._leave(model)

    def _leave(self, model: "_Model") -> None:
        self.free += model.cores
        model.computing -= 1
        self._grant()

    def _grant(self) -> None:
        while True:
            waiting = [waiter for waiter in self._waiting if waiter.model.computing < waiter.model.at_once]
            if not waiting:
                return
            waiter = _next(waiting)
            if waiter.model.cores > self.free:
                return
            if waiter is not waiting[0]:
                waiting[0].passed += waiter.model.cores
            self._waiting.remove(waiter)
            self.free -= waiter.model.cores
            waiter.model.computing += 1
            waiter.turn.release()


class _Model(AbstractContextManager[object]):
    """How many cores a batch of a model takes, and how many of its batches compute."""

    def __init__(self, turns: EngineTurns, cores: int, at_once: int) -> None:
        self.cores = cores
        self.at_once = at_once
        self.computing = 0
        self._turns = turns

    def __enter__(self) -> None:
        self._turns.take(self)

    def __exit__(self, *_error: object) -> None:
        self._turns.give_back(self)


@dataclass(slots=True, eq=False)
class _Waiter:
    model: _Model
    newcomer: bool
    passed: int = 0
    turn: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.turn.acquire()


def _next(waiting: list[_Waiter]) -> _Waiter:
    """The one whose turn it is: the first newcomer, unless the head of the line was passed enough."""
    head = waiting[0]
    if head.passed >= _MOST_PASSES * head.model.cores:
        return head
    return next((waiter for waiter in waiting if waiter.newcomer), head)
