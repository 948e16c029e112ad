"""A page of known text asked about by any contract."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

import requests

from server.contracts.registry import OWN
from tests.contract.adapters import Adapter, File, Key, Outcome, adapter, adapters
from tests.faults.pages import page


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer.

    Attributes:
        outcome: what became of the request; None where the contract has no such answer.
        text: what was read; None where nothing was.
        error: whose error it is and which, e.g. ``paddlex 503``; empty where there is a text.
    """

    outcome: Outcome | None
    text: str | None
    error: str = ""


Ask = Callable[[requests.Session, str, int, float], Answer]
"""With a session, the server's address, the page's number and a limit in seconds."""


@cache
def key_of(contract: Adapter, url: str) -> Key | None:
    """Return what is presented to a server without keys."""
    return contract.sign_in(url, None)


def ask(contract: Adapter, session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """Ask about a page; what the contract repeats of the request must be this request's."""
    file = File("page.png", page(number), mark=f"mark {number}")
    reply = contract.ask(url, file, key_of(contract, url), timeout, session)
    outcome = contract.outcome(reply)
    if outcome is Outcome.READ:
        assert reply.mark in (None, file.mark)
        return Answer(outcome, reply.text.strip())
    return Answer(outcome, None, f"{contract.name} {reply.code}")


ASKS: Mapping[str, Ask] = {contract.name: partial(ask, contract) for contract in adapters()}
ocr = partial(ask, adapter(OWN))
"""By our own contract."""
