"""The parts that all contracts with work behind their requests share: the store, and the time for work at the stop."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

from server.config.base import ConfigurationError
from server.jobs.directory import DirectoryUnusable, open_store
from server.jobs.store import JobStore
from server.runtime import Runtime


class KeepingSettings(Protocol):
    """The settings of a contract whose work is kept."""

    @property
    def data_directory(self) -> Path | None:
        """The folder that survives the server; None keeps everything in memory."""

    @property
    def max_stored_bytes(self) -> int:
        """The most bytes of all sources and results."""

    @property
    def retention_seconds(self) -> int:
        """The time that finished work is kept."""


def store_of(
    contract: str,
    settings: KeepingSettings,
    read_spec: Callable[[str], object],
    files: Collection[str] | None = None,
) -> JobStore:
    """Open the store of a contract.

    Args:
        contract: its name in the configuration.
        settings: of the contract.
        read_spec: reads a kept spec, and raises a `ValueError` if it is none of this contract's.
        files: as in `JobStore`.

    Raises:
        ConfigurationError: the data directory cannot be used.
    """

    def understands(spec: str) -> bool:
        try:
            read_spec(spec)
        except ValueError:
            return False
        return True

    try:
        return open_store(
            settings.data_directory,
            max_bytes=settings.max_stored_bytes,
            retention=settings.retention_seconds,
            understands=understands,
            files=files,
        )
    except DirectoryUnusable as error:
        raise ConfigurationError(f"ppocr_server.contracts.{contract}.data_directory: {error}") from error


def grace_of(runtime: Runtime, settings: KeepingSettings) -> float:
    """Seconds that work may run on while the server stops. Without a data directory, a result could not be fetched."""
    if settings.data_directory is None:
        return 0.0
    return max(0.0, runtime.configuration.settings.server.shutdown_grace_seconds - runtime.lifecycle.drained_seconds)
