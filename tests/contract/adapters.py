"""The shared suites speak a contract through its adapter, which is found by the contract's name.

The suites (hostile files, faults, overload, privacy, fuzz, openapi, access) hold no list of contracts. They go through
the registry and take each contract's adapter from its own test folder: ``tests/contract/<name>/adapter.py`` holds an
`Adapter` named ``ADAPTER``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from typing import Any, ClassVar, Protocol

import requests
from hypothesis.strategies import SearchStrategy

from server.contracts.registry import CONTRACTS
from server.errors import RequestError

TEST_ONLY = "tiny"
"""A contract that exists only in the tests; it shows what a new one takes, and that the suites pick it up."""

Code = int | str
Said = tuple[int, Code]
"""An answer in short: its HTTP status, and what the contract itself calls the outcome."""

Fetch = Callable[[str], requests.Response]


class Outcome(StrEnum):
    """An outcome of a request, in words that all contracts share."""

    READ = "read"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"
    REFUSED = "refused"
    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rate limited"
    OVERLOADED = "overloaded"
    TIMED_OUT = "timed out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key.

    Attributes:
        name: the public part, as in the contract's setting ``keys``.
        secret: the part that must not come to light.
    """

    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read.

    Attributes:
        name: its extension says how it is sent: as a PDF where it is ``.pdf``, else as an image.
        data: its bytes.
        mark: what the caller calls the request, where the contract has a field for that and repeats it in the answer.
    """

    name: str
    data: bytes
    mark: str = "1"

    @property
    def is_pdf(self) -> bool:
        """Whether it is sent as a PDF."""
        return self.name.endswith(".pdf")


@dataclass(frozen=True, slots=True)
class Words:
    """Words that a caller writes wherever the contract lets it, and that must not come to light.

    Attributes:
        field: in fields and as the name of a field.
        name: in a file's name.
        url: an address that the configuration allows and that leads nowhere.
        password: of a file.
    """

    field: str
    name: str
    url: str
    password: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request: method, path, and options for `requests.request`."""

    method: str
    path: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def send(self, url: str, timeout: float, session: requests.Session | None = None) -> requests.Response:
        """Make the request to the server at an address."""
        make = requests.request if session is None else session.request
        return make(self.method, url + self.path, timeout=timeout, **self.options)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        status: of HTTP.
        code: what the contract calls the outcome: an error code, a state, a word.
        text: what was read, everything in one string.
        mark: the request's mark, where the contract repeats it.
    """

    status: int
    code: Code
    text: str = ""
    mark: str | None = None

    @property
    def said(self) -> Said:
        """The answer in short."""
        return self.status, self.code


class Visitor(Protocol):
    """Somebody who goes through everything that a server offers."""

    def ask(self, method: str, path: str, **options: object) -> requests.Response:
        """Make a request."""

    def follow(self, text: str) -> None:
        """Get whatever an answer links to on the same server."""


@dataclass(frozen=True, slots=True)
class Parser:
    """A parser of bytes or text that strangers send.

    Attributes:
        inputs: what it is given.
        parse: gives the parser one of them, and checks what can be said of any result.
        refusals: what it may raise, of these what is the caller's fault; everything else that is raised is a defect.
        examples: inputs that are tried every time.
    """

    inputs: SearchStrategy[Any]
    parse: Callable[[Any], None]
    refusals: tuple[type[RequestError], ...] = (RequestError,)
    examples: tuple[object, ...] = ()

    def check(self, given: object) -> None:
        """Give the parser an input; it answers or refuses, and does nothing else."""
        try:
            self.parse(given)
        except self.refusals as error:
            if error.status >= requests.codes.server_error:
                raise


class Adapter(ABC):
    """One contract as its clients see it.

    Attributes:
        name: as in the registry.
        path: where documents are posted to.
        says: how the contract says an outcome. The first way is the one for a whole file, a full server or an engine
            that fails; others are as good. What stands nowhere here is an answer that nobody may get.
        parsers: the contract's own parsers of what strangers send, by name.
        hostile: files of the hostile corpus that this contract answers in another way than `expected.json` says.
        mark_field: the field of an answer that repeats the request's mark; None where there is none.
        other_bodies: paths besides where something is posted to that is no document.
        any_port: whether addresses of documents may name any port.
        pages_of_request: the pages that the log line of a request counts that has one page read.
    """

    name: ClassVar[str]
    path: ClassVar[str]
    says: ClassVar[Mapping[Outcome, tuple[Said, ...]]]
    parsers: ClassVar[Mapping[str, Parser]]
    hostile: ClassVar[Mapping[str, tuple[Said, ...]]] = {}
    mark_field: ClassVar[str | None] = None
    other_bodies: ClassVar[tuple[str, ...]] = ()
    any_port: ClassVar[bool] = True
    pages_of_request: ClassVar[int] = 1

    def sign_in(self, _url: str, key: Key | None) -> Key | None:
        """Return what requests present: the key itself, unless the contract gives something else for it.

        Args:
            _url: of the server.
            key: None where the server has no keys.
        """
        return key

    @abstractmethod
    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        """The request that has a file read.

        Args:
            file: the file.
            key: from `sign_in`.
            words: None, or what to write into everything else that a caller may write.
        """

    @abstractmethod
    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        """Read an answer.

        Args:
            answer: to `call`, or to any other request.
            fetch: gets an address that the answer gives for its text.
        """

    @abstractmethod
    def strangers(self, key: Key) -> Iterator[Call]:
        """Requests with a key that is none, in every place where a key may stand."""

    def odd_calls(self, _key: Key | None, _words: Words) -> Iterator[Call]:
        """Requests with words where something else belongs; the server refuses them or finds nothing."""
        return iter(())

    def addresses(self, _url: str, _key: Key | None) -> Iterator[Call]:
        """Requests that hand over the address of a document, where the contract takes addresses."""
        return iter(())

    def tour(self, _visitor: Visitor, _page: bytes) -> None:
        """Visit what the contract offers besides reading a file: its other endpoints, its options, its links.

        Args:
            _visitor: makes the requests; it has asked for every described path without parameters before.
            _page: a PNG with text.
        """
        return

    def outcome(self, reply: Reply) -> Outcome | None:
        """Return the outcome of the request; None where the contract has no such answer."""
        return next((outcome for outcome, ways in self.says.items() if reply.said in ways), None)

    def ask(
        self, url: str, file: File, key: Key | None, timeout: float, session: requests.Session | None = None
    ) -> Reply:
        """Have a file read, as a client does.

        Args:
            url: of the server.
            file: the file.
            key: from `sign_in`.
            timeout: seconds for each request.
            session: whose connection to use; None for a new one.
        """
        get = requests.get if session is None else session.get
        return self.reply(self.call(file, key).send(url, timeout, session), partial(get, timeout=timeout))


class AdapterMissing(LookupError):
    """A contract is in the registry, and the suites do not know how to speak it."""


def registered() -> tuple[str, ...]:
    """Names of all contracts of the product, in the registry's order."""
    return tuple(CONTRACTS)


@cache
def adapter(name: str) -> Adapter:
    """Load a contract's adapter.

    Raises:
        AdapterMissing: there is none; the message says which file to write.
    """
    module = f"tests.contract.{name}.adapter"
    try:
        found: Adapter = import_module(module).ADAPTER
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        raise AdapterMissing(
            f"The shared test suites cannot speak the contract '{name}'. Write tests/contract/{name}/adapter.py: it "
            "holds an Adapter named ADAPTER, and tests/contract/adapters.py says what that must be able to do."
        ) from error
    return found


def adapters() -> tuple[Adapter, ...]:
    """The adapters of all contracts that the servers of the shared suites speak: the registry's, and the tests' own.

    Raises:
        AdapterMissing: one has none.
    """
    return tuple(adapter(name) for name in (*registered(), TEST_ONLY))
