"""Issues and checks access tokens. They are signed, so that the server need not keep them.

The key lives as long as the process. A restart makes all tokens unknown (error 110), and clients then fetch a new one.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable

from server.contracts.baidu.errors import EXPIRED_TOKEN, UNKNOWN_TOKEN, Refused
from server.contracts.base import Json
from server.steady_clock import SteadyClock

SCOPE = "public brain_all_scope brain_ocr_general_basic brain_ocr_accurate_basic brain_ocr_general brain_ocr_accurate"
"""Without ``brain_all_scope`` the vendor's Python SDK would sign its requests instead of sending the token."""

_ACCESS, _REFRESH = "24", "25"
_SEPARATOR = "."


class TokenIssuer:
    """Issues tokens and recognises them.

    Args:
        expires_in: seconds that a token is valid.
        clock: seconds since the epoch; None takes a `SteadyClock`.
    """

    def __init__(self, expires_in: int, clock: Callable[[], float] | None = None) -> None:
        self._expires_in = expires_in
        self._clock = clock or SteadyClock()
        self._key = secrets.token_bytes(32)

    def issue(self, owner: str) -> Json:
        """The token endpoint's answer for a client, whose `fingerprint` this is."""
        return {
            "refresh_token": self._sign(_REFRESH, owner),
            "expires_in": self._expires_in,
            "scope": SCOPE,
            "session_key": secrets.token_urlsafe(32),
            "access_token": self._sign(_ACCESS, owner),
            "session_secret": secrets.token_hex(16),
        }

    def owner(self, token: str) -> str:
        """The `fingerprint` of the client that got a token. The client may have lost its keys since then.

        Raises:
            Refused: the token is not one of ours (110), or it has expired (111).
        """
        kind, _, rest = token.partition(_SEPARATOR)
        payload, _, signature = rest.rpartition(_SEPARATOR)
        expected = self._signature(f"{_ACCESS}{_SEPARATOR}{payload}")
        if kind != _ACCESS or not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            raise Refused(UNKNOWN_TOKEN)
        client, _, expires_at = payload.split(_SEPARATOR)
        if self._clock() * 1000 >= int(expires_at):
            raise Refused(EXPIRED_TOKEN)
        return client

    def _sign(self, kind: str, owner: str) -> str:
        """Make ``kind.owner.nonce.expiry.signature``. The expiry is in milliseconds since the epoch."""
        expires_at = int((self._clock() + self._expires_in) * 1000)
        text = _SEPARATOR.join((kind, owner, secrets.token_hex(8), str(expires_at)))
        return f"{text}{_SEPARATOR}{self._signature(text)}"

    def _signature(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def fingerprint(client_id: str, secret: str) -> str:
    """The part of a token that stands for its owner. With another secret key it is another."""
    return hashlib.sha256(f"{client_id}\n{secret}".encode("utf-8", "replace")).hexdigest()[:32]
