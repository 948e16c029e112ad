"""The entries of an allow-list of hosts: how they are written, and which hosts and ports they allow."""

import ipaddress
import re
from dataclasses import dataclass

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65_535
_MAX_NAME = 253
_NAME = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?![0-9]+\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?")
PATTERN = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class HostRule:
    """One entry of the allow-list.

    Attributes:
        host: in lower case. ``*.example.com`` is every host below example.com, but not example.com itself.
        port: the only port; None means the scheme's own, 80 or 443.
    """

    host: str
    port: int | None

    @classmethod
    def parse(cls, entry: str) -> "HostRule":
        """Read ``host``, ``host:port``, ``*.domain`` or ``[IPv6]:port``.

        Raises:
            ValueError: it is something else. The message says what is expected.
        """
        match = PATTERN.fullmatch(entry.strip().lower().rstrip("."))
        if match is None or not _is_host(match["host"]) or int(match["port"] or MAX_PORT) not in range(1, MAX_PORT + 1):
            raise ValueError(
                f"allowed host {entry!r}: expected a host name, *.domain or address, with an optional :port"
            )
        return cls(match["host"].strip("[]"), int(match["port"]) if match["port"] else None)

    def allows(self, scheme: str, host: str, port: int) -> bool:
        """Whether a URL's host (lower case, ASCII) and port match."""
        if port != (self.port or DEFAULT_PORTS[scheme]):
            return False
        return host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host


def is_host_name(text: str) -> bool:
    """Whether a text is a host name in ASCII that a resolver takes. A name in other letters is written as ``xn--``."""
    return len(text) <= _MAX_NAME and text.isascii() and _NAME.fullmatch(text.lower()) is not None


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address, without brackets."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    if text.startswith("["):
        return ":" in text and is_address(text.strip("[]"))
    return is_host_name(text.removeprefix("*.")) or is_address(text)
