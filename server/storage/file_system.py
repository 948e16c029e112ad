"""Keeps pictures as files below a directory that the operator has named: ``<random id>/ocr_img_0.jpg``.

Only the server's user can read them, and each file is complete or absent. Other files in the directory are never
touched. Expired files, and the oldest files above the byte cap, are removed when the store opens, at each write and
when it is swept. An expired file that is still there is never given out.
"""

import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from server.storage.base import PictureTooLarge, checked_key, is_key

_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600
_PART = ".part"
_ABANDONED_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class _Entry:
    size: int
    written: float


class FileSystemStore:
    """An `ImageStore` on a disk.

    Args:
        directory: made if it is missing.
        lifetime: seconds that a file is kept; None keeps it for ever.
        max_bytes: cap on all files together; None for no cap.
        clock: seconds since the epoch, like file times.

    Raises:
        OSError: the directory cannot be made or read.
    """

    def __init__(
        self,
        directory: Path,
        lifetime: float | None = None,
        max_bytes: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._directory = directory
        self._lifetime = lifetime
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.Lock()
        directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        self._remove_abandoned()
        found = sorted(self._found(), key=lambda item: item[1].written)
        self._entries: OrderedDict[str, _Entry] = OrderedDict(found)
        self._bytes = sum(entry.size for entry in self._entries.values())
        self._sweep(0)

    def put(self, key: str, picture: bytes) -> None:
        """Write a picture atomically, after removing files that are expired or take its room."""
        path = self._directory / checked_key(key)
        if self._max_bytes is not None and len(picture) > self._max_bytes:
            raise PictureTooLarge
        with self._lock:
            self._forget(key)
            self._sweep(len(picture))
            path.parent.mkdir(mode=_DIRECTORY_MODE, exist_ok=True)
            _write(path, picture)
            self._entries[key] = _Entry(len(picture), self._clock())
            self._bytes += len(picture)

    def get(self, key: str) -> bytes | None:
        """Read a picture unless it is expired. A symbolic link in its place is an error; it is not followed."""
        try:
            descriptor = os.open(self._directory / checked_key(key), os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return None if self._is_expired(os.fstat(descriptor).st_mtime) else file.read()

    def sweep(self) -> None:
        """Remove expired pictures."""
        with self._lock:
            self._sweep(0)

    def _is_expired(self, written: float) -> bool:
        return self._lifetime is not None and written + self._lifetime <= self._clock()

    def _sweep(self, incoming: int) -> None:
        """Remove the oldest files until no file is expired and there is room for so many bytes."""
        while self._entries:
            key, entry = next(iter(self._entries.items()))
            full = self._max_bytes is not None and self._bytes + incoming > self._max_bytes
            if not full and not self._is_expired(entry.written):
                return
            path = self._directory / key
            path.unlink(missing_ok=True)
            self._forget(key)
            _remove_if_empty(path.parent)

    def _forget(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size

    def _found(self) -> Iterator[tuple[str, _Entry]]:
        for path in self._directory.glob("*/*"):
            key = f"{path.parent.name}/{path.name}"
            if is_key(key) and path.is_file() and not path.is_symlink():
                status = path.stat()
                yield key, _Entry(status.st_size, status.st_mtime)

    def _remove_abandoned(self) -> None:
        """Remove half-written files of killed processes. A recent one may belong to a process that lives."""
        for path in self._directory.glob(f"*/*{_PART}"):
            old = path.lstat().st_mtime + _ABANDONED_SECONDS <= self._clock()
            name = path.name.removesuffix(_PART).rpartition(".")[0]
            if old and is_key(f"{path.parent.name}/{name}"):
                path.unlink(missing_ok=True)
                _remove_if_empty(path.parent)


def _write(path: Path, data: bytes) -> None:
    """Write under another name and rename the file, so that a reader never sees half a file."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}{_PART}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _remove_if_empty(directory: Path) -> None:
    """Remove a document's directory after its last picture is gone."""
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()
