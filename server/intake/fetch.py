"""Fetches a document by URL, and sends notices, only from and to hosts that the operator has listed.

The HTTP client is httpcore, the base of httpx and so of Litestar. It has no redirects, cookies, proxies or
decompression of its own, and its network backend is a public parameter. So a name is resolved once and all its
addresses are checked. The connection goes to a checked address, while Host and TLS still have the name. A later change
in DNS has no effect.
"""

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from server.config.host_rule import DEFAULT_PORTS, HostRule
from server.config.settings import UrlInputSettings
from server.errors import UrlNotFetched, UrlProblem
from server.intake.host_rules import is_allowed_address

REDIRECTS = {301, 302, 303, 307, 308}
MISSING = {404, 410}
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
URL_CHARACTERS = "%/?#[]@!$&'()*+,;=:~-._"

_NETWORK_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    TimeoutError,
)

logger = logging.getLogger(__name__)

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Gives the numeric addresses of a host and port."""
Charge = Callable[[int], object]
"""Is called with the number of bytes that arrive, before they are kept. It may raise if the server has no room."""


def _free(_count: int) -> None:
    """A `Charge` without a limit."""


class _Refused(Exception):
    """This URL must not be fetched, or cannot give a document. The reason is logged, and the caller never sees it."""

    def __init__(self, reason: str, problem: UrlProblem) -> None:
        super().__init__(reason)
        self.problem = problem


async def resolve_host(host: str, port: int) -> list[str]:
    """All addresses of a host, by the system's resolver. It also accepts numeric hosts in every notation it knows."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _problem(error: Exception) -> UrlProblem:
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        return "timeout"
    if isinstance(error, httpcore.ProtocolError):
        return "unusable"
    return "unreachable" if isinstance(error, OSError | httpcore.NetworkError) else "malformed"


class UrlFetcher:
    """Fetches documents and sends notices. With an empty allow-list, which is the default, it refuses every URL.

    Args:
        settings: the allow-list and the limits.
        resolve: gives the addresses of a name.

    Raises:
        ValueError: an entry of the allow-list is malformed.
    """

    def __init__(self, settings: UrlInputSettings, *, resolve: Resolve = resolve_host) -> None:
        self._settings = settings
        self._rules = tuple(HostRule.parse(entry) for entry in settings.allowed_hosts)
        self._backend = _GuardedBackend(resolve, settings.allow_private_addresses)
        self._tls = ssl.create_default_context() if self._rules else None

    async def fetch(self, url: str, charge: Charge = _free) -> bytes:
        """Download a document.

        Raises:
            UrlNotFetched: the address, the network or the host is the reason.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return await self._follow(url, charge)
        except _Refused as error:
            logger.info("A URL input was not fetched: %s", error)
            raise UrlNotFetched(error.problem) from error
        except (*_NETWORK_ERRORS, OSError, ValueError) as error:
            # Only the type is logged: the HTTP client's messages quote received data, which may be the document.
            logger.info("A URL input was not fetched: %s", type(error).__name__)
            raise UrlNotFetched(_problem(error)) from error

    def check(self, url: str) -> None:
        """Check an address before it is used: its scheme, and its host and port on the allow-list.

        Raises:
            UrlNotFetched: it must not be used.
        """
        try:
            self._check(url)
        except _Refused as error:
            raise UrlNotFetched(error.problem) from error
        except ValueError as error:
            raise UrlNotFetched("malformed") from error

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a body with POST. Nothing of the answer is read but its status, and no redirect is followed.

        Returns:
            The status of the answer.

        Raises:
            UrlNotFetched: the address, the network or the host is the reason.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                return await self._post(self._check(url), body, headers)
        except _Refused as error:
            raise UrlNotFetched(error.problem) from error
        except (*_NETWORK_ERRORS, OSError, ValueError) as error:
            raise UrlNotFetched(_problem(error)) from error

    async def _post(self, target: "_Target", body: bytes, headers: Mapping[str, str]) -> int:
        given = [("Host", target.host_header), ("Content-Length", str(len(body))), *headers.items()]
        async with self._pool() as pool, pool.stream("POST", target.url, headers=given, content=body) as response:
            return int(response.status)

    def _pool(self) -> httpcore.AsyncConnectionPool:
        """Connections for one request, to checked addresses only."""
        return httpcore.AsyncConnectionPool(ssl_context=self._tls, max_connections=1, network_backend=self._backend)

    async def _follow(self, url: str, charge: Charge) -> bytes:
        for _ in range(self._settings.max_redirects + 1):
            target = self._check(url)
            body, location = await self._get(target, charge)
            if location is None:
                return body
            url = urljoin(target.text, location)
        raise _Refused("too many redirects", "unusable")

    def _check(self, url: str) -> "_Target":
        """Check one hop, like the first: its scheme, no credentials, and its host and port on the allow-list."""
        target = _Target.parse(url)
        if not any(rule.allows(target.scheme, target.host, target.port) for rule in self._rules):
            raise _Refused("the host is not on the allow-list", "blocked")
        return target

    async def _get(self, target: "_Target", charge: Charge) -> tuple[bytes, str | None]:
        """Send one request. Gives the body, or the target of a redirect."""
        headers = [("Host", target.host_header), ("Accept", "*/*"), ("Accept-Encoding", "identity")]
        async with self._pool() as pool, pool.stream("GET", target.url, headers=headers) as response:
            answer = {name.lower(): value for name, value in response.headers}
            if response.status in REDIRECTS and b"location" in answer:
                return b"", answer[b"location"].decode("ascii")
            if response.status != 200:
                raise _Refused(f"status {response.status}", "not_found" if response.status in MISSING else "unusable")
            if answer.get(b"content-encoding", b"identity") != b"identity":
                raise _Refused("an encoding that was not asked for", "unusable")
            return await self._read(response, int(answer.get(b"content-length", b"0")), charge), None

    async def _read(self, response: httpcore.Response, announced: int, charge: Charge) -> bytes:
        """Read the body, up to the size cap, in every kind of transfer."""
        if announced > self._settings.max_bytes:
            raise _Refused("larger than allowed", "too_large")
        body = bytearray()
        async for part in response.aiter_stream():
            if len(body) + len(part) > self._settings.max_bytes:
                raise _Refused("larger than allowed", "too_large")
            charge(len(part))
            body += part
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL that is parsed once. So the checked host and the connected host cannot differ."""

    text: str
    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> "_Target":
        if CONTROLS.search(url):
            raise _Refused("control characters in the address", "malformed")  # urlsplit would drop some of them
        text = quote(url, safe=URL_CHARACTERS)
        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            raise _Refused("not an http or https address", "malformed")
        if parts.username is not None or parts.password is not None:
            raise _Refused("credentials in the address", "malformed")
        host = parts.hostname.rstrip(".").encode("idna").decode("ascii").lower()
        path = quote(parts.path or "/", safe=URL_CHARACTERS)
        path += "?" + quote(parts.query, safe=URL_CHARACTERS) if parts.query else ""
        return cls(text, parts.scheme, host, parts.port or DEFAULT_PORTS[parts.scheme], path)

    @property
    def url(self) -> httpcore.URL:
        return httpcore.URL(scheme=self.scheme, host=self.host, port=self.port, target=self.path)

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections to checked addresses only."""

    def __init__(self, resolve: Resolve, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the base class has it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve the host, check all its addresses, and connect to the first one that accepts."""
        addresses = list(dict.fromkeys(await self._resolve(host, port)))
        if not addresses or not all(is_allowed_address(address, self._allow_private) for address in addresses):
            raise _Refused("the host has an address that is not allowed", "blocked")
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                logger.debug("One of a host's addresses does not answer; the next is tried")
        return await self._network.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)
