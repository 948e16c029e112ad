"""What a provider is, and how it tells of documents that it does not answer.

Every file of `benchmarks/compare/providers` holds one `Provider` named ``PROVIDER``. The file's name is the name that a
plan uses.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from benchmarks.compare.model import AnswerPage, Document, Outcome

THROTTLED, REQUEST_TIMEOUT, FIRST_ERROR, FIRST_SERVER_ERROR = 429, (408, 504), 400, 500


class NotAnswered(Exception):
    """A document has no answer, which is a result too.

    Args:
        outcome: what came of it.
        reason: one sentence. It holds no address, because an address may hold a key.
        status: HTTP status, where there was one.
        raw: what the provider sent, as it is.
    """

    def __init__(self, outcome: Outcome, reason: str, status: int | None = None, raw: bytes = b"") -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.status = status
        self.raw = raw


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider sent for a document, as it is, and its HTTP status where there was one."""

    raw: bytes
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client keeps to.

    Attributes:
        timeout_seconds: a request that takes longer is given up.
        pace: waits until the quota allows one more request. The runner calls it before a document; a client that needs
            further requests for the same document calls it before each of them.
        secret: gives the credential that a reference of the plan names, such as ``env:NAME``.
        versions: is told the versions of programs that run elsewhere, by their names.
    """

    timeout_seconds: float
    pace: Callable[[], None]
    secret: Callable[[str], str]
    versions: Callable[[Mapping[str, str]], None]


class Client(Protocol):
    """An open way to a provider. One thread uses it."""

    def read(self, document: Document, content: bytes, /) -> Reply:
        """Send a document.

        Raises:
            NotAnswered: it was refused, throttled, given up or failed.
        """


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider.

    Attributes:
        settings: a `msgspec.Struct` of what a plan may say of it.
        address: where documents go, as a URL; None for a program on this machine.
        refusal: why a document cannot be sent; empty where it can.
        connect: opens a client. It raises `NotCompared` where a package or a credential is missing.
        understand: the pages of a raw answer.
        packages: the distributions whose versions the report names.
        also: further hosts that a client speaks with, such as one that gives tokens.
        calls: how many requests a document takes, where it is not one.
    """

    settings: type[Any]
    address: Callable[[Any], str | None]
    connect: Callable[[Any, Terms], AbstractContextManager[Client]]
    understand: Callable[[bytes], tuple[AnswerPage, ...]]
    refusal: Callable[[Document], str] = lambda _document: ""
    packages: tuple[str, ...] = ()
    also: Callable[[Any], tuple[str, ...]] = lambda _settings: ()
    calls: Callable[[Document], int] = lambda _document: 1


def outcome_of(status: int) -> Outcome:
    """What an HTTP status that tells of an error means."""
    if status == THROTTLED:
        return "throttled"
    if status in REQUEST_TIMEOUT:
        return "timeout"
    return "refused" if FIRST_ERROR <= status < FIRST_SERVER_ERROR else "failed"


def images_only(document: Document) -> str:
    """The refusal of a provider that takes images and no PDF files."""
    return "" if document.kind == "image" else "This provider takes images and no PDF files, so nothing was sent."
