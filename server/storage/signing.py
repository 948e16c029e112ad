"""Links to pictures that need no other credential. They are signed, cannot be guessed, and contain their expiry.

A link is ``/files/<token>/<name>`` with the token ``<document id>.<expiry>.<signature>``. The signature is HMAC-SHA256
over id, expiry and name (https://www.rfc-editor.org/rfc/rfc2104). So none of them can be changed or used in another
link.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable

from server.config.serving_settings import NEVER_EXPIRES
from server.steady_clock import SteadyClock
from server.storage.base import is_key, picture_key

FILES_PATH = "/files"
MIN_KEY_BYTES = 16
_RANDOM_KEY_BYTES = 32
_NEVER = "never"
_EXPIRY = re.compile(r"[0-9]{1,12}|never", re.ASCII)
_TOKEN = re.compile(r"([0-9a-f]{32})\.([0-9]{1,12}|never)\.([A-Za-z0-9_-]{43})", re.ASCII)


class UrlSigner:
    """Makes and checks links.

    Args:
        key: a secret of at least 16 bytes. None makes one for this process, whose links end with it.
        expires_in: seconds that a link works, or `NEVER_EXPIRES`.
        clock: seconds since the epoch; a `SteadyClock` by default.

    Raises:
        ValueError: the key is too short to be a secret.
    """

    def __init__(self, key: bytes | None, expires_in: int, clock: Callable[[], float] | None = None) -> None:
        self._expires_in = expires_in
        self._clock = clock or SteadyClock()
        self.use(key)

    def use(self, key: bytes | None) -> None:
        """Sign with another key from now on. Links that were signed with the one before stop working.

        Raises:
            ValueError: the key is too short to be a secret.
        """
        if key is not None and len(key) < MIN_KEY_BYTES:
            raise ValueError(f"storage.signing_key must have at least {MIN_KEY_BYTES} bytes")
        self._key = secrets.token_bytes(_RANDOM_KEY_BYTES) if key is None else key

    def path(self, document_id: str, name: str) -> str:
        """Make the path of a picture's link.

        Raises:
            ValueError: no store would take this id or name.
        """
        picture_key(document_id, name)
        expiry = self._expiry()
        return f"{FILES_PATH}/{document_id}.{expiry}.{self._signature(document_id, expiry, name)}/{name}"

    def verify(self, token: str, name: str) -> str | None:
        """Check the two parts of a link.

        Returns:
            The picture's key in the store; None if the link is expired, tampered with or not ours.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        document_id, expiry, signature = match.groups()
        key = f"{document_id}/{name}"
        if not is_key(key) or not hmac.compare_digest(self._signature(document_id, expiry, name), signature):
            return None
        return key if self._holds(expiry) else None

    def seal(self, *parts: str, seconds: int | None = None) -> str:
        """Make a seal of some words for a link of another kind: its expiry and a signature, with a dot between.

        Args:
            parts: three words or more, without line ends. Pictures have two.
            seconds: that the link works; None for as long as links to pictures.
        """
        expiry = self._expiry() if seconds is None else str(int(self._clock()) + seconds)
        return f"{expiry}.{self._signature(*parts, expiry)}"

    def is_sealed(self, seal: str, *parts: str) -> bool:
        """Whether a seal was made of these words, and is not expired."""
        expiry, _, signature = seal.partition(".")
        if not _EXPIRY.fullmatch(expiry) or not signature.isascii():
            return False
        return hmac.compare_digest(self._signature(*parts, expiry), signature) and self._holds(expiry)

    def _expiry(self) -> str:
        return _NEVER if self._expires_in == NEVER_EXPIRES else str(int(self._clock()) + self._expires_in)

    def _holds(self, expiry: str) -> bool:
        return expiry == _NEVER or int(expiry) > self._clock()

    def _signature(self, *parts: str) -> str:
        digest = hmac.new(self._key, "\n".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
