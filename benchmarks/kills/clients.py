"""Clients that send requests of all contracts and file tasks, and others that leave."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import requests

from benchmarks.kills.tasks import Tasks
from benchmarks.soak.traffic import ask_any, kind_of, leave
from tests.contract.adapters import Outcome
from tests.faults.contracts import Answer
from tests.faults.load import Tally

REQUEST_CLIENTS, TASK_CLIENTS = 4, 4
FIRST_TASK = 5_000_000
LEAVE_SECONDS = 1.5
LOST_SECONDS = 0.2
"""After a request without an answer, so that a server that is gone is not asked in a hurry."""
REFUSED = (Outcome.OVERLOADED, Outcome.RATE_LIMITED)


@dataclass(slots=True)
class Requests:
    """The counts of requests.

    Attributes:
        tally: of all answers.
        refused: for the moment, by contract and its code.
        failed: with any other error.
    """

    tally: Tally = field(default_factory=Tally)
    refused: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def ask(self, session: requests.Session, url: str, number: int) -> bool:
        """Make one request and count what becomes of it. False where there was no answer."""

        def how(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
            answer = ask_any(session, url, number, timeout)
            if answer.outcome is not Outcome.READ:
                (self.refused if answer.outcome in REFUSED else self.failed)[answer.error] += 1
            return answer

        return self.tally.ask(session, url, number, how) is not None


class Clients:
    """Clients of one server.

    Args:
        url: its address.
        asked: counts the requests.
        tasks: counts the tasks.
    """

    def __init__(self, url: str, asked: Requests, tasks: Tasks) -> None:
        self._url, self._asked, self._tasks = url, asked, tasks
        self._numbers = iter(range(FIRST_TASK))
        self._lock = threading.Lock()
        self._over = threading.Event()
        work = [*[self._ask] * REQUEST_CLIENTS, *[self._task] * TASK_CLIENTS, self._leave]
        self._threads = [threading.Thread(target=each) for each in work]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Begin nothing more, and wait for what was begun."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _next_number(self) -> int:
        """The number of a page, of any contract but the file tasks. They have clients of their own."""
        with self._lock:
            return next(number for number in self._numbers if kind_of(number) != "file_task")

    def _ask(self) -> None:
        with requests.Session() as session:
            while not self._over.is_set():
                if not self._asked.ask(session, self._url, self._next_number()):
                    time.sleep(LOST_SECONDS)

    def _task(self) -> None:
        while not self._over.is_set():
            self._tasks.run(self._url, FIRST_TASK + self._next_number())

    def _leave(self) -> None:
        host, _, port = self._url.rpartition("/")[2].rpartition(":")
        while not self._over.wait(LEAVE_SECONDS):
            with suppress(OSError):
                leave(host, int(port))


@contextmanager
def loaded(url: str, asked: Requests, tasks: Tasks) -> Iterator[None]:
    """Load a server during the block."""
    clients = Clients(url, asked, tasks)
    clients.start()
    try:
        yield
    finally:
        clients.end()
