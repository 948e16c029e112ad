"""Every contract owes these to its callers and its operator. Whoever has a server at hand checks answers here."""

from collections.abc import Callable, Iterable

import requests

from tests.contract.adapters import Adapter, Call, File, Key, Outcome, Reply

Send = Callable[[Call], requests.Response]


def reply_to(contract: Adapter, answer: requests.Response) -> Reply:
    """Read an answer by itself, without the result that it may lead to."""
    return contract.reply(answer, lambda _: answer)


def check_strangers(contract: Adapter, send: Send, key: Key, page: bytes) -> None:
    """Whoever presents no key, or one that is none, is told so, wherever the key stands, and does not see it again.

    Args:
        contract: whose server has keys.
        send: makes a request to it.
        key: is none.
        page: a PNG that would be read.
    """
    file = File("page.png", page)
    for call in (contract.call(file, None), contract.call(file, key), *contract.strangers(key)):
        answer = send(call)
        outcome = contract.outcome(reply_to(contract, answer))
        assert outcome is Outcome.UNAUTHORIZED, (contract.name, call, answer.status_code, answer.text)
        assert not key.secret or key.secret not in answer.text, (contract.name, call)


def check_failure(contract: Adapter, answer: requests.Response, words: Iterable[str], mark: str = "") -> None:
    """A contract tells of a failed engine in its own words and in nobody else's.

    Args:
        contract: whose answer it is.
        answer: to a request whose page the engine could not read.
        words: of the document, of the keys and of the engine's error.
        mark: of the request; it is the caller's own and comes back with every answer.
    """
    reply = reply_to(contract, answer)
    assert reply.said == contract.says[Outcome.FAILED][0], (contract.name, answer.text)
    check_silence(contract, answer, words, mark)


def check_silence(contract: Adapter, answer: requests.Response, words: Iterable[str], mark: str = "") -> None:
    """An answer holds none of some words, but for the request's mark."""
    field = contract.mark_field
    text = answer.text if field is None else answer.text.replace(f'"{field}":"{mark}"', "")
    assert [word for word in words if word in text] == [], (contract.name, answer.text)
