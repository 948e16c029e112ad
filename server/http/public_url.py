"""Makes the public address of this server, for links in answers.

The configured address wins. Otherwise the Host header is used. X-Forwarded-Proto and X-Forwarded-Host count only if the
connection comes from a configured proxy, because anyone can send those headers.
"""

import re
from collections.abc import Mapping

from server.http.trusted_proxies import TrustedProxies

_HOST = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,253}|\[[0-9A-Fa-f:.]{2,45}\]"
_AUTHORITY = re.compile(rf"(?:{_HOST})(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII)
_MAX_PORT = 65_535


class PublicUrl:
    """Makes the base of links.

    Args:
        configured: the base to use always, or None.
        proxies: those whose forwarding headers count.
    """

    def __init__(self, configured: str | None, proxies: TrustedProxies) -> None:
        self._configured = configured.rstrip("/") if configured else None
        self._proxies = proxies

    def base(self, scheme: str, peer: str | None, headers: Mapping[str, str], bound: str) -> str:
        """Base of links in the answer to one request, without a slash at its end.

        Args:
            scheme: ``http`` or ``https`` of the connection.
            peer: address of the other end of the connection.
            headers: request headers, names in lower case.
            bound: host and port of this server, used if the request names none that can be in a link.
        """
        if self._configured:
            return self._configured
        host = headers.get("host", "")
        if self._proxies.trusts(peer):
            forwarded = _first(headers.get("x-forwarded-proto")).lower()
            scheme = forwarded if forwarded in {"http", "https"} else scheme
            host = _first(headers.get("x-forwarded-host")) or host
        return f"{scheme}://{host if _is_authority(host) else bound}"


def _first(values: str | None) -> str:
    return (values or "").split(",")[0].strip()


def _is_authority(host: str) -> bool:
    """Whether a header's value is a host, with or without a port, and nothing that would lead a link elsewhere."""
    match = _AUTHORITY.fullmatch(host)
    return match is not None and int(match["port"] or _MAX_PORT) in range(1, _MAX_PORT + 1)
