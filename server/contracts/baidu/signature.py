"""Checks signed requests: ``Authorization: bce-auth-v1/...``, as the vendor's SDK writes it.

The secret key signs ``bce-auth-v1/<API key>/<time>/<seconds>``. The hexadecimal result is the key that signs method,
path, sorted query and the chosen headers, each on its own line.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

PREFIX = "bce-auth-v1/"
MAX_SECONDS = 86_400
MAX_SIGNED_HEADERS = 64
MAX_SKEW_SECONDS = 900
"""Seconds that a client's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The parts of a request that a signature covers.

    Attributes:
        method: in capitals.
        path: decoded.
        query: as it was sent.
        header: gives a header's value by its name in lower case.
    """

    method: str
    path: str
    query: str
    header: Callable[[str], str | None]


def signer(
    authorization: str, request: SignedRequest, secret_of: Callable[[str], str | None], now: float
) -> str | None:
    """Find the API key whose signature a request carries.

    Args:
        authorization: the header, beginning with `PREFIX`.
        request: the signed parts.
        secret_of: gives the secret key of an API key, or None.
        now: seconds since the epoch.

    Returns:
        The API key; None if the signature is malformed, out of date or wrong.
    """
    parts = authorization.strip().split("/")
    if len(parts) != 6:
        return None
    _, client, timestamp, seconds, names, signature = parts
    secret = secret_of(client)
    if secret is None or not _is_current(timestamp, seconds, now):
        return None
    key = _sign(secret, f"{PREFIX}{client}/{timestamp}/{seconds}")
    expected = [_sign(key, text) for text in _canonical(request, names.split(";"))]
    matching = [hmac.compare_digest(each.encode(), signature.encode("utf-8", "replace")) for each in expected]
    return client if any(matching) else None


def _is_current(timestamp: str, seconds: str, now: float) -> bool:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 6):
        return False
    try:
        signed_at = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return False
    return signed_at - MAX_SKEW_SECONDS <= now < signed_at + min(int(seconds), MAX_SECONDS)


def _canonical(request: SignedRequest, names: list[str]) -> list[str]:
    """The texts that may have been signed. There is none if a signed header is missing or the host was not signed.

    Nor is there one if too many headers were signed.

    Some clients sign the host without its port and send it with the port.
    """
    if len(names) > MAX_SIGNED_HEADERS:
        return []
    headers = {name.lower(): request.header(name.lower()) for name in names}
    host = headers.get("host")
    if host is None or None in headers.values():
        return []
    query = "&".join(sorted(request.query.split("&")))
    hosts = dict.fromkeys((host, host.rpartition(":")[0] or host))
    return [
        f"{request.method}\n{quote(request.path)}\n{query}\n{_header_lines({**headers, 'host': each})}"
        for each in hosts
    ]


def _header_lines(headers: Mapping[str, str | None]) -> str:
    return "\n".join(sorted(f"{quote(name, '')}:{quote((value or '').strip(), '')}" for name, value in headers.items()))


def _sign(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
