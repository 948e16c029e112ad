"""Nothing leaves this machine but to hosts that the command line names.

Python tells `sys.audit` of every look-up of a name and every connection before it makes them. The gate refuses those
that lead beyond this machine and are not allowed, whatever library asks. It sees this process alone: programs that it
starts have no gate.
"""

import ipaddress
import os
import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class NothingLeaves(OSError):
    """A connection was refused here because its host is not allowed."""


def host_of(address: str) -> str:
    """The host of a URL, in lower case."""
    return (urlsplit(address).hostname or "").lower()


def is_outside(host: str) -> bool:
    """Whether a host is not this machine: one of its addresses is not loopback, or it has none."""
    if _is_address(host):
        return not ipaddress.ip_address(host).is_loopback
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return not all(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_loopback for entry in found)


def proxy_hosts() -> tuple[str, ...]:
    """Hosts of the proxies that the environment names: whoever uses one sends everything to it."""
    named = (os.environ.get(name) or os.environ.get(name.lower()) or "" for name in PROXIES)
    return tuple(dict.fromkeys(filter(None, map(host_of, named))))


def without_credentials(address: str) -> str:
    """Scheme, host and port of a URL. User, password and query stay out."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


@contextmanager
def only_to(hosts: Iterable[str]) -> Iterator[None]:
    """Allow these hosts and this machine until the block ends."""
    named = frozenset(host.lower() for host in hosts)
    beyond = any(map(is_outside, named))
    before = _GATE.rule
    _GATE.install()
    _GATE.rule = (named, beyond)
    try:
        yield
    finally:
        _GATE.rule = before


class _Gate:
    """One for the process, because an audit hook cannot be taken away.

    Attributes:
        rule: the names that are allowed, and whether one of them is beyond this machine. With None all may pass.
    """

    def __init__(self) -> None:
        self.rule: tuple[frozenset[str], bool] | None = None
        self._installed = False
        self._lock = threading.Lock()

    def install(self) -> None:
        with self._lock:
            if not self._installed:
                sys.addaudithook(self._hear)
                self._installed = True

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.rule is None:
            return
        if event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self._check(arguments[0], by_name=True)
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = arguments[1]
            if isinstance(address, tuple):
                self._check(address[0], by_name=False)

    def _check(self, host: object, *, by_name: bool) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if not isinstance(name, str) or not name:
            return  # None and "" are this machine
        name = name.partition("%")[0].lower()
        allowed, beyond = self.rule or (frozenset(), False)
        is_address = _is_address(name)
        if name in allowed or name == "localhost" or (is_address and ipaddress.ip_address(name).is_loopback):
            return
        # An address that is connected to came from a look-up, which was checked: a host has many, and they change.
        if is_address and beyond and not by_name:
            return
        raise NothingLeaves(f"Nothing is sent to {name}, because --send-to does not name it.")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


_GATE = _Gate()
