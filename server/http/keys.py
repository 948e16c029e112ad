"""Secrets that callers present. They are kept as hashes, compared in constant time, and known by public names."""

import hashlib
import hmac
from collections.abc import Mapping

from pydantic import SecretStr

from server.admission.caller_limits import Caller


class KeyRing:
    """Configured secrets by name. A name may be logged, a secret never.

    Args:
        secrets: secret by name. An empty mapping makes the ring open.
    """

    def __init__(self, secrets: Mapping[str, SecretStr]) -> None:
        self._digests = {name: _digest(secret.get_secret_value()) for name, secret in secrets.items()}

    @property
    def open(self) -> bool:
        """Whether no secret is configured, so that everybody may call."""
        return not self._digests

    def find(self, presented: str) -> Caller | None:
        """The caller with this secret, or None. Every secret is compared, so the time taken reveals nothing."""
        digest = _digest(presented)
        found = [name for name, own in self._digests.items() if hmac.compare_digest(digest, own)]
        return self.caller(found[0]) if found else None

    def caller(self, name: str) -> Caller:
        """The caller with the secret of this name. If there is no such secret, the caller has no account."""
        own = self._digests.get(name)
        return Caller(name, "" if own is None else own.hex())

    def matches(self, name: str, presented: str) -> bool:
        """Whether this is the secret of this name."""
        own = self._digests.get(name)
        equal = hmac.compare_digest(_digest(presented), own or _digest(""))
        return own is not None and equal

    def has(self, name: str) -> bool:
        """Whether a secret of this name is configured."""
        return name in self._digests


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
