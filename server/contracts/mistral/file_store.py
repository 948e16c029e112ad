"""Keeps the files that callers upload, in memory and for a limited time. Used from one event loop."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from server.config.contract_settings import MistralSettings
from server.contracts.mistral.errors import FileTooLarge, NoRoomForFile, TooManyFiles, UnknownFile

ENTRY_BYTES = 1024
"""Memory of one file beside its content, estimated generously."""
SWEEP_SECONDS = 10.0
HOUR = 3600


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file.

    Attributes:
        id: a random UUID.
        owner: the name of the key that uploaded it; empty if there are no keys.
        data: its content. It goes with the last request that reads it.
        name: as the caller calls it. It is never used as a path.
        media_type: as the caller says; empty if it says none.
        created: seconds since the epoch.
        expires: seconds since the epoch, rounded down.
        until: monotonic seconds at which it is deleted.
    """

    id: str
    owner: str
    data: bytes = field(repr=False)
    name: str
    media_type: str
    created: int
    expires: int
    until: float

    @property
    def size(self) -> int:
        """Bytes that count for the limits."""
        return len(self.data) + ENTRY_BYTES


class FileStore:
    """The files of all callers.

    Args:
        settings: limits of bytes, number and time.
        clock: monotonic seconds.
        now: seconds since the epoch.
    """

    def __init__(
        self,
        settings: MistralSettings,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._now = now
        self._files: dict[str, StoredFile] = {}
        self._bytes = 0

    def add(self, owner: str, data: bytes, name: str, media_type: str, hours: int | None = None) -> StoredFile:
        """Keep a file.

        Args:
            owner: the name of the caller's key.
            data: the content.
            name: the caller's.
            media_type: the caller's.
            hours: after which it is deleted, if that is earlier than ``retention_seconds``.

        Raises:
            FileTooLarge: it is over ``max_upload_bytes``.
            TooManyFiles: the caller has as many files or bytes as one key may have.
            NoRoomForFile: there is no room for it. No file of another caller makes room.
        """
        settings = self._settings
        if len(data) > settings.max_upload_bytes:
            raise FileTooLarge(f"The file is larger than the {settings.max_upload_bytes} bytes that this server takes.")
        self.sweep()
        own = [file.size for file in self._files.values() if file.owner == owner]
        size = len(data) + ENTRY_BYTES
        if len(own) >= settings.max_files_per_key or sum(own) + size > settings.max_bytes_per_key + ENTRY_BYTES:
            raise TooManyFiles
        if self._bytes + size > settings.max_stored_bytes + ENTRY_BYTES:
            raise NoRoomForFile
        seconds = settings.retention_seconds if hours is None else min(hours * HOUR, settings.retention_seconds)
        created = int(self._now())
        until = self._clock() + seconds
        file = StoredFile(str(uuid.uuid4()), owner, data, name, media_type, created, created + seconds, until)
        self._files[file.id] = file
        self._bytes += file.size
        return file

    def get(self, file_id: str, owner: str) -> StoredFile:
        """Give a file to its owner.

        Raises:
            UnknownFile: there is none, or none any more, or it is another caller's.
        """
        file = self.behind_link(file_id)
        if file.owner != owner:
            raise UnknownFile
        return file

    def behind_link(self, file_id: str) -> StoredFile:
        """Give a file to somebody with a link to it, whoever that is.

        Raises:
            UnknownFile: there is none, or none any more.
        """
        self.sweep()
        file = self._files.get(file_id)
        if file is None:
            raise UnknownFile
        return file

    def of(self, owner: str) -> Sequence[StoredFile]:
        """The files of a caller, the newest first."""
        self.sweep()
        return [file for file in reversed(self._files.values()) if file.owner == owner]

    def delete(self, file_id: str, owner: str) -> None:
        """Delete a file of a caller. A request that reads it goes on.

        Raises:
            UnknownFile: as `get`.
        """
        self._drop(self.get(file_id, owner))

    def sweep(self) -> None:
        """Delete the files whose time is over."""
        now = self._clock()
        for file in [file for file in self._files.values() if file.until <= now]:
            self._drop(file)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sweep at an interval inside the block, so that files go on time also without requests."""
        task = asyncio.create_task(self._keep_sweeping())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _keep_sweeping(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def _drop(self, file: StoredFile) -> None:
        del self._files[file.id]
        self._bytes -= file.size
