"""SIGHUP makes a running server read its secrets again: tokens, keys, the signing key, and the TLS files.

What is wrong is not taken: the server goes on with what it has. There are two parts, and each is taken as a whole or
not at all. So a certificate in the middle of a renewal does not keep a token from being withdrawn.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping

from server.cli.hang_up import HangUps
from server.config.access import tls_context
from server.config.base import ConfigurationError
from server.config.load import Configuration
from server.config.settings import ServerSettings, StorageSettings
from server.http.certificate import ServerCertificate
from server.http.keys import KeyRings, Replaced
from server.storage.signing import UrlSigner
from server.telemetry.logs import where

logger = logging.getLogger(__name__)

_SECRETS = ("tokens", "tokens_file", "keys", "keys_file", "signing_key")
_TLS = ("tls_certificate", "tls_key")


class Reloader:
    """Reloads one server.

    Args:
        read: reads the configuration as at the start. It may block.
        configuration: what the server was started with.
        key_rings: get the tokens and keys.
        signer: gets the signing key; None if no links are made.
        certificate: gets the TLS files; None without TLS.
    """

    def __init__(
        self,
        read: Callable[[], Configuration],
        configuration: Configuration,
        key_rings: KeyRings,
        signer: UrlSigner | None,
        certificate: ServerCertificate | None,
    ) -> None:
        self._read = read
        self._started_with = configuration
        self._key_rings = key_rings
        self._signer = signer
        self._certificate = certificate
        self._storage = configuration.settings.storage
        self._tls = configuration.settings.server
        self._tls_sum = _tls_sum(self._tls) if certificate else b""

    async def run(self, hang_ups: HangUps) -> None:
        """Reload at every SIGHUP, until this is cancelled."""
        while True:
            await hang_ups.next()
            try:
                await self.reload()
            except Exception as error:  # noqa: BLE001 - the next SIGHUP must find somebody who takes it
                logger.error("Not reloaded: %s", where(error))  # noqa: TRY400 - the message may hold a secret

    async def reload(self) -> None:
        """Reload once. Errors are logged, one line each."""
        changes = [*await self._reload_secrets(), *await self._reload_certificate()]
        if changes:
            logger.info("Reloaded: %s", "; ".join(changes))

    async def _reload_secrets(self) -> list[str]:
        try:
            configuration = await asyncio.to_thread(self._read)
            self._check_still_closed(configuration)
        except ConfigurationError as error:
            logger.error("Not reloaded, the tokens and keys stay as they are: %s", _one_line(error))  # noqa: TRY400
            return []
        replaced = self._key_rings.replace(configuration.settings)
        self._tls = configuration.settings.server
        changes = [_counted(name, counts) for name, counts in replaced.items() if counts]
        changes += self._reload_signing_key(configuration.settings.storage)
        if waiting := sorted(_changed(self._started_with, configuration, with_tls=self._certificate is None)):
            changes.append(f"these changes need a restart: {', '.join(waiting)}")
        return changes or ["tokens and keys are as before"]

    def _check_still_closed(self, configuration: Configuration) -> None:
        """Refuse to let everybody in. A file that was emptied by mistake would do that."""
        if opened := self._key_rings.opened_by(configuration.settings):
            raise ConfigurationError(
                f"{configuration.source}: ppocr_server.{opened[0]}: would be empty, which lets everybody in. Restart "
                "the server if you want that."
            )

    def _reload_signing_key(self, storage: StorageSettings) -> list[str]:
        if storage.signing_key == self._storage.signing_key or self._signer is None:
            return []
        key = storage.signing_key
        self._signer.use(None if key is None else key.get_secret_value().encode())
        self._storage = storage
        return ["storage.signing_key is new, older links stop working"]

    async def _reload_certificate(self) -> list[str]:
        if self._certificate is None:
            return []
        try:
            context = await asyncio.to_thread(tls_context, self._tls)
            read = await asyncio.to_thread(_tls_sum, self._tls)
        except (ConfigurationError, OSError) as error:
            logger.error("Not reloaded, the certificate stays as it is: %s", _one_line(error))  # noqa: TRY400
            return []
        if context is None:
            return ["the server goes on with TLS until it is restarted"]
        self._certificate.replace(context)
        before, self._tls_sum = self._tls_sum, read
        return ["the certificate is as before" if read == before else "the certificate is new"]


def _counted(name: str, counts: Replaced) -> str:
    return f"{name}: {counts.total} ({counts.new} new, {counts.changed} changed, {counts.gone} gone)"


def _one_line(error: Exception) -> str:
    return "; ".join(str(error).splitlines())


def _tls_sum(server: ServerSettings) -> bytes:
    """SHA-256 of the TLS files, to say whether they changed."""
    paths = [path for path in (server.tls_certificate, server.tls_key) if path is not None]
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).digest()


def _changed(before: Configuration, after: Configuration, *, with_tls: bool) -> Iterator[str]:
    """The names of settings that differ and that a reload does not take."""
    mine, theirs = dict(_flat(before.settings.model_dump())), dict(_flat(after.settings.model_dump()))
    for name in mine.keys() | theirs.keys():
        last = name[-1]
        if last in _SECRETS or (last in _TLS and not with_tls):
            continue
        if mine.get(name) != theirs.get(name):
            yield ".".join(name)
    if before.serving != after.serving:
        yield "Serving"
    if before.pipeline != after.pipeline:
        yield "the pipeline"


def _flat(tree: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and key not in _SECRETS:
            yield from _flat(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value
