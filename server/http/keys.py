"""Secrets that callers present. They are compared as hashes, in constant time, and known by public names.

A ring stays the same object while the server runs. A reload replaces the secrets in it, so the next request meets the
new ones, wherever it looks.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from server.admission.caller_limits import Caller
from server.config.contract_settings import ContractSection
from server.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Replaced:
    """Counts of secrets after a replacement.

    Attributes:
        total: secrets that the ring has now.
        new: of them, those whose name it did not have.
        changed: of them, those whose name it had with another secret.
        gone: names that it has no more.
    """

    total: int
    new: int
    changed: int
    gone: int

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


class KeyRing:
    """Configured secrets by name. A name may be logged, a secret never.

    Args:
        secrets: secret by name. An empty mapping makes the ring open.
    """

    def __init__(self, secrets: Mapping[str, SecretStr]) -> None:
        self._secrets: Mapping[str, SecretStr] = {}
        self._digests: Mapping[str, bytes] = {}
        self.replace(secrets)

    def replace(self, secrets: Mapping[str, SecretStr]) -> Replaced:
        """Take other secrets instead of the present ones."""
        before, self._secrets = self._secrets, dict(secrets)
        self._digests = {name: _digest(secret.get_secret_value()) for name, secret in secrets.items()}
        return Replaced(
            total=len(secrets),
            new=len(secrets.keys() - before.keys()),
            changed=sum(secrets[name] != before[name] for name in secrets.keys() & before.keys()),
            gone=len(before.keys() - secrets.keys()),
        )

    @property
    def open(self) -> bool:
        """Whether no secret is configured, so that everybody may call."""
        return not self._digests

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the secrets."""
        return tuple(self._digests)

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

    def secret(self, name: str) -> str | None:
        """The secret of this name, for a contract whose callers sign with it; None if there is none."""
        secret = self._secrets.get(name)
        return None if secret is None else secret.get_secret_value()


class KeyRings:
    """The rings of a server: one for its access tokens, and one for the keys of each contract.

    Args:
        settings: with the secrets of all sources. A contract without keys of its own has the access tokens there.

    Attributes:
        tokens: the ring of the access tokens.
    """

    def __init__(self, settings: Settings) -> None:
        self.tokens = KeyRing(settings.auth.tokens)
        self._contracts = {name: KeyRing(keys) for name, keys in _contract_keys(settings).items()}

    def of(self, contract: str) -> KeyRing:
        """The ring of a contract, by its name in the settings."""
        return self._contracts[contract]

    def opened_by(self, settings: Settings) -> tuple[str, ...]:
        """The settings whose secrets would be gone altogether, so that everybody could call."""
        would = {"auth.tokens": (self.tokens, settings.auth.tokens)} | {
            f"contracts.{name}.keys": (self._contracts[name], keys) for name, keys in _contract_keys(settings).items()
        }
        return tuple(name for name, (ring, secrets) in would.items() if not ring.open and not secrets)

    def replace(self, settings: Settings) -> dict[str, Replaced]:
        """Take the secrets of other settings.

        Returns:
            The counts of each ring by the name of its setting. A contract with the access tokens is not among them.
        """
        replaced = {"auth.tokens": self.tokens.replace(settings.auth.tokens)}
        for name, keys in _contract_keys(settings).items():
            counts = self._contracts[name].replace(keys)
            if keys != settings.auth.tokens:
                replaced[f"contracts.{name}.keys"] = counts
        return replaced


def _contract_keys(settings: Settings) -> dict[str, Mapping[str, SecretStr]]:
    """Of every contract with keys of its own kind. PaddleX's contract has the access tokens."""
    return {name: section.keys for name, section in settings.contracts if isinstance(section, ContractSection)}


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
