"""Limits of one caller: requests per second, requests at once, and pages per minute.

Requests per second are a token bucket that holds the tokens of one second. Pages are known only after they were read,
so they are charged afterwards. A caller that has read more than a minute's worth waits until that is paid off.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from server.config.base import CallerLimitSettings
from server.errors import TooManyRequests

SWEEP_FROM = 1024
"""From so many accounts on, those that have nothing to remember are dropped now and then."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who sends a request.

    Attributes:
        name: the name of its key, which may be logged; empty if there is no key.
        account: the caller as limits count it. It stands for the secret of the key and not for its name, so that one
            secret is one caller in every contract, and stays it when names or other keys change. Without a key it
            stands for the client's address. It is empty if nobody is to be counted.
    """

    name: str
    account: str

    def at(self, address: str) -> "Caller":
        """The same caller. If it has no account, the client's address becomes its account."""
        return self if self.account else replace(self, account=f"address {address}")


ANYBODY = Caller("", "")
"""The caller where no keys are configured. The front desk adds the client's address."""


@dataclass(slots=True)
class _Account:
    tokens: float
    pages: float
    filled: float
    running: int = 0


class CallerLimits:
    """One set of limits, and how much of it each account has left. It knows no keys, so they may change.

    Args:
        settings: how much each account may send.
        clock: seconds, monotonic.
    """

    def __init__(self, settings: CallerLimitSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = settings.requests_per_second
        self._capacity = max(1.0, self._per_second or 0.0)
        self._at_once = settings.concurrent_requests
        self._pages = settings.pages_per_minute
        self._clock = clock
        self._accounts: dict[str, _Account] = {}
        self._sweep_at = SWEEP_FROM

    def check(self, account: str) -> None:
        """Refuse a caller that is over a limit. Nothing is counted.

        Raises:
            TooManyRequests: it is over a limit.
        """
        caller = self._account(account)
        if self._per_second is not None and caller.tokens < 1:
            raise TooManyRequests(retry_after=math.ceil((1 - caller.tokens) / self._per_second))
        if self._at_once is not None and caller.running >= self._at_once:
            raise TooManyRequests
        if self._pages is not None and caller.pages < 1:
            raise TooManyRequests(retry_after=math.ceil((1 - caller.pages) * 60 / self._pages))

    @contextmanager
    def enter(self, account: str) -> Iterator[None]:
        """Let one request in, or not.

        Raises:
            TooManyRequests: the caller is over a limit; nothing was counted.
        """
        self.check(account)
        caller = self._account(account)
        caller.tokens -= 1
        caller.running += 1
        try:
            yield
        finally:
            caller.running -= 1

    def spend(self, account: str, pages: int) -> None:
        """Count pages that were read for a caller."""
        self._account(account).pages -= pages

    def _account(self, name: str) -> _Account:
        """The account, refilled for the time since it was last used."""
        found = self._accounts.get(name)
        if found is None:
            self._sweep()
            found = self._accounts[name] = _Account(self._capacity, self._pages or 0, self._clock())
        self._refill(found)
        return found

    def _refill(self, account: _Account) -> None:
        now = self._clock()
        passed, account.filled = now - account.filled, now
        account.tokens = min(self._capacity, account.tokens + passed * (self._per_second or 0.0))
        account.pages = min(self._pages or 0, account.pages + passed * (self._pages or 0) / 60)

    def _sweep(self) -> None:
        """Drop the accounts that a new one would equal: callers without a key may come from any number of addresses."""
        if len(self._accounts) < self._sweep_at:
            return
        for account in self._accounts.values():
            self._refill(account)
        self._accounts = {name: account for name, account in self._accounts.items() if not self._is_new(account)}
        self._sweep_at = max(SWEEP_FROM, 2 * len(self._accounts))

    def _is_new(self, account: _Account) -> bool:
        full = self._per_second is None or account.tokens >= self._capacity
        paid = self._pages is None or account.pages >= self._pages
        return full and paid and account.running == 0


@contextmanager
def within(limits: Sequence[CallerLimits], account: str) -> Iterator[None]:
    """Let one request in if several sets of limits all allow it.

    Raises:
        TooManyRequests: the caller is over one of the limits; nothing was counted anywhere.
    """
    for each in limits:
        each.check(account)
    with ExitStack() as inside:
        for each in limits:
            inside.enter_context(each.enter(account))
        yield
