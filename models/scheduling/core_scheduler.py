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


class CoreScheduler:
    """Grants the cores that the models of a pipeline share.

    Args:
        cores: number of cores.

    Attributes:
        free: number of cores that no model has.
    """

    def __init__(self, cores: int) -> None:
        self.free = self._cores = cores
        self._waiting: list[_Waiter] = []
        self._lock = Lock()

    @property
    def waiting(self) -> int:
        """The number of threads that wait for cores."""
        return len(self._waiting)

    def permit(self, cores: int, at_once: int = 1) -> AbstractContextManager[object]:
        """The permit that a model's batch holds while it computes. Any number of threads may enter it.

        Args:
            cores: the cores of a batch. A model with more threads than there are cores takes all of them.
            at_once: number of the model's batches that may compute at the same time.
        """
        return _Permit(self, min(cores, self._cores), at_once)

    def acquire(self, permit: "_Permit") -> None:
        """Wait until this thread's permit is granted, which needs free cores."""
        waiter = _Waiter(permit, works_for_newcomer())
        with self._lock:
            self._waiting.append(waiter)
            self._grant()
        try:
            waiter.granted.acquire()
        except BaseException:  # an interrupt of the main thread: its cores must not be lost
            with self._lock:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
                else:
                    self._leave(permit)
            raise

    def release(self, permit: "_Permit") -> None:
        """Give the cores back and let the next batches compute."""
        with self._lock:
            self._leave(permit)

    def _leave(self, permit: "_Permit") -> None:
        self.free += permit.cores
        permit.computing -= 1
        self._grant()

    def _grant(self) -> None:
        while True:
            waiting = [waiter for waiter in self._waiting if waiter.permit.computing < waiter.permit.at_once]
            if not waiting:
                return
            waiter = _next(waiting)
            if waiter.permit.cores > self.free:
                return
            if waiter is not waiting[0]:
                waiting[0].passed += waiter.permit.cores
            self._waiting.remove(waiter)
            self.free -= waiter.permit.cores
            waiter.permit.computing += 1
            waiter.granted.release()


class _Permit(AbstractContextManager[object]):
    """The cores that a batch of a model takes, and the number of the model's batches that compute."""

    def __init__(self, scheduler: CoreScheduler, cores: int, at_once: int) -> None:
        self.cores = cores
        self.at_once = at_once
        self.computing = 0
        self._scheduler = scheduler

    def __enter__(self) -> None:
        self._scheduler.acquire(self)

    def __exit__(self, *_error: object) -> None:
        self._scheduler.release(self)


@dataclass(slots=True, eq=False)
class _Waiter:
    permit: _Permit
    newcomer: bool
    passed: int = 0
    granted: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.granted.acquire()


def _next(waiting: list[_Waiter]) -> _Waiter:
    """The next waiter: the first newcomer, or the head of the queue if others have passed it often enough."""
    head = waiting[0]
    if head.passed >= _MOST_PASSES * head.permit.cores:
        return head
    return next((waiter for waiter in waiting if waiter.newcomer), head)
