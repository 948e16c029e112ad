"""The entries of an allow-list of hosts: how they are written, and which hosts and ports they allow."""

import re
from dataclasses import dataclass

DEFAULT_PORTS = {"http": 80, "https": 443}
PATTERN = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(?P<port>\d{1,5}))?")


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
        if match is None:
            raise ValueError(
                f"allowed host {entry!r}: expected a host name, *.domain or address, with an optional :port"
            )
        return cls(match["host"].strip("[]"), int(match["port"]) if match["port"] else None)

    def allows(self, scheme: str, host: str, port: int) -> bool:
        """Whether a URL's host (lower case, ASCII) and port match."""
        if port != (self.port or DEFAULT_PORTS[scheme]):
            return False
        return host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host
