"""Clients that post pages, and the count of what became of each."""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import requests

from tests.contract.adapters import Outcome
from tests.faults.contracts import Answer, Ask, ocr
from tests.faults.pages import text_of

TIMEOUT_SECONDS = 90.0


@dataclass(slots=True)
class Tally:
    """The counts of requests by their outcome.

    Attributes:
        answered: with the page's own text.
        failed: with an error in the contract's shape, by contract and its own code.
        mixed: with any other text.
        lost: without an answer: the connection ended, or nothing came in time.
        server_errors: answers that say, in the contract's own words, that the server failed; and those that are none
            of the contract's.
    """

    sent: int = 0
    answered: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    server_errors: int = 0
    mixed: list[tuple[str, str | None]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def ask(self, session: requests.Session, url: str, number: int, how: Ask = ocr) -> Answer | None:
        """Post one page and count it."""
        with self._lock:
            self.sent += 1
        try:
            answer = how(session, url, number, TIMEOUT_SECONDS)
        except requests.RequestException as error:
            with self._lock:
                self.lost.append(repr(error))
            return None
        with self._lock:
            self.server_errors += is_server_error(answer)
            if answer.error:
                self.failed[answer.error] += 1
            elif answer.text == text_of(number):
                self.answered += 1
            else:
                self.mixed.append((text_of(number), answer.text))
        return answer

    @property
    def unaccounted(self) -> int:
        """Requests of which nothing is known, because the client itself could make nothing of the answer."""
        known = self.answered + sum(self.failed.values()) + len(self.mixed) + len(self.lost)
        return self.sent - known

    def check(self, what: str) -> None:
        """Print the counts; nothing may be lost or mixed up, and every request must be accounted for."""
        failed = sum(self.failed.values())
        counts = f"sent={self.sent} answered={self.answered} failed={failed} {dict(self.failed)}"
        print(f"{what}: {counts} mixed={len(self.mixed)} lost={len(self.lost)}")
        assert (self.mixed, self.lost) == ([], []), what
        assert self.answered + failed == self.sent, what


def is_server_error(answer: Answer) -> bool:
    """Whether an answer says that the server failed, rather than that it refused for now or that the file is bad."""
    return answer.outcome in (None, Outcome.FAILED)


def post_all(url: str, numbers: Iterable[int], clients: int, tally: Tally, how: Ask = ocr) -> None:
    """Post every page once, so many at a time, each client on its own connection."""
    waiting, lock = iter(numbers), threading.Lock()

    def client() -> None:
        with requests.Session() as session:
            while True:
                with lock:
                    number = next(waiting, None)
                if number is None:
                    return
                tally.ask(session, url, number, how)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
