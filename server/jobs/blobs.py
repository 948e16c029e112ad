"""Keeps the bytes of jobs: their sources, their pages as they are read, and their results.

A name consists of a job's random id and the role of the bytes. Nothing that a caller sends becomes part of it.

Bytes are written under a provisional name, and get their own name after the job's row was written. So bytes with their
own name always had a row. If they have none now, the row was lost. Pages are different: they are added to the end of
bytes that have their own name from the first page on.
"""

import errno
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

SOURCE, RESULT, PAGES = "source", "result", "pages"
"""Roles of bytes. Any other role is the extension of a file that was made of the pages."""

_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_NAME = re.compile(rf"{_ID.pattern}\.[a-z]{{2,8}}", re.ASCII)
_PROVISIONAL = ".part"


def is_id(text: str) -> bool:
    """Whether a text could be the id of a job."""
    return _ID.fullmatch(text) is not None


def blob_name(job_id: str, role: str) -> str:
    """Make a name.

    Raises:
        ValueError: the id or the role is not one of ours.
    """
    name = f"{job_id}.{role}"
    if not _NAME.fullmatch(name):
        raise ValueError("not a job's id and a role")
    return name


def parts(name: str) -> tuple[str, str]:
    """The job's id and the role of a name."""
    job_id, _, role = name.partition(".")
    return job_id, role


class Blobs(Protocol):
    """Keeps bytes by name. Methods block, may be called from any thread, and raise `OSError`."""

    def prepare(self, name: str, data: bytes) -> None:
        """Keep bytes, all or none of them. They are not given out before they are confirmed."""
        ...

    def confirm(self, name: str) -> None:
        """Make prepared bytes the bytes of this name."""
        ...

    def get(self, name: str) -> bytes | None:
        """Give confirmed bytes; None if there are none."""
        ...

    def has(self, name: str) -> bool:
        """Whether there are confirmed bytes."""
        ...

    def append(self, name: str, data: bytes, at: int) -> None:
        """Add to confirmed bytes, or begin them. They are kept when this returns.

        Args:
            name: of the bytes.
            data: what is added.
            at: the length of what is whole. What lies behind it is dropped.
        """
        ...

    def part(self, name: str, start: int, length: int) -> bytes:
        """Give a part of confirmed bytes; less if they end before, nothing if there are none."""
        ...

    def size(self, name: str) -> int:
        """The length of confirmed bytes; 0 if there are none."""
        ...

    def discard(self, name: str) -> None:
        """Drop prepared bytes, but not confirmed ones of the same name."""
        ...

    def remove(self, name: str) -> None:
        """Drop bytes, confirmed or not. It is no error if they are not there."""
        ...

    def confirmed(self) -> Collection[str]:
        """The names of all confirmed bytes."""
        ...

    def prepared(self) -> Collection[str]:
        """The names of all bytes that are not confirmed. They may be incomplete."""
        ...


class MemoryBlobs:
    """Bytes in this process."""

    def __init__(self) -> None:
        self._prepared: dict[str, bytes] = {}
        self._confirmed: dict[str, bytes] = {}
        self._growing: dict[str, bytearray] = {}

    def prepare(self, name: str, data: bytes) -> None:
        """Keep bytes."""
        self._prepared[name] = data

    def confirm(self, name: str) -> None:
        """Give them out from now on."""
        self._confirmed[name] = self._prepared.pop(name)

    def get(self, name: str) -> bytes | None:
        """Give confirmed bytes."""
        return self._confirmed.get(name)

    def has(self, name: str) -> bool:
        """Whether there are confirmed bytes."""
        return name in self._confirmed

    def append(self, name: str, data: bytes, at: int) -> None:
        """Add to confirmed bytes."""
        growing = self._growing.setdefault(name, bytearray())
        growing[at:] = data

    def part(self, name: str, start: int, length: int) -> bytes:
        """Give a part of bytes that grow."""
        return bytes(self._growing.get(name, b"")[start : start + length])

    def size(self, name: str) -> int:
        """The length of bytes that grow."""
        return len(self._growing.get(name, b""))

    def discard(self, name: str) -> None:
        """Drop prepared bytes."""
        self._prepared.pop(name, None)

    def remove(self, name: str) -> None:
        """Drop bytes."""
        self._prepared.pop(name, None)
        self._confirmed.pop(name, None)
        self._growing.pop(name, None)

    def confirmed(self) -> Collection[str]:
        """The names of all confirmed bytes."""
        return [*self._confirmed, *self._growing]

    def prepared(self) -> Collection[str]:
        """The names of all bytes that are not confirmed."""
        return list(self._prepared)


class FileBlobs:
    """Bytes in files of one directory, readable by the server's user alone.

    Args:
        directory: made if it is missing. Only files with our names are ever touched in it.

    Raises:
        OSError: it cannot be made or written.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        if not os.access(directory, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(directory))

    def prepare(self, name: str, data: bytes) -> None:
        """Write a file with a provisional name to the disk."""
        path = self._provisional(name)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _FILE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        self._sync_directory()

    def confirm(self, name: str) -> None:
        """Rename the file. A power cut may undo this; then the next server does it again, as the row says."""
        self._provisional(name).replace(self._directory / name)

    def get(self, name: str) -> bytes | None:
        """Read a file. A symbolic link in its place is an error; it is not followed."""
        try:
            descriptor = os.open(self._directory / name, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read()

    def has(self, name: str) -> bool:
        """Whether there is a file."""
        return (self._directory / name).is_file()

    def append(self, name: str, data: bytes, at: int) -> None:
        """Write behind the first ``at`` bytes of a file, to the disk."""
        descriptor = os.open(self._directory / name, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.truncate(at)
            file.seek(at)
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        if not at:
            self._sync_directory()

    def part(self, name: str, start: int, length: int) -> bytes:
        """Read a part of a file."""
        try:
            descriptor = os.open(self._directory / name, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return b""
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            file.seek(start)
            return file.read(length)

    def size(self, name: str) -> int:
        """The length of a file."""
        try:
            return (self._directory / name).lstat().st_size
        except FileNotFoundError:
            return 0

    def discard(self, name: str) -> None:
        """Delete a file with a provisional name."""
        self._provisional(name).unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Delete a file, whichever of its names it has. Its row may go only after the file is gone from the disk."""
        paths = (self._provisional(name), self._directory / name)
        present = [path for path in paths if path.is_symlink() or path.exists()]
        for path in present:
            path.unlink(missing_ok=True)
        if present:
            self._sync_directory()

    def confirmed(self) -> Collection[str]:
        """The names of all files of ours that have their own name."""
        return [path.name for path in self._directory.iterdir() if _NAME.fullmatch(path.name)]

    def prepared(self) -> Collection[str]:
        """The names of all files of ours that have a provisional name."""
        found = [path.stem for path in self._directory.iterdir() if path.suffix == _PROVISIONAL]
        return [name for name in found if _NAME.fullmatch(name)]

    def _provisional(self, name: str) -> Path:
        return self._directory / f"{name}{_PROVISIONAL}"

    def _sync_directory(self) -> None:
        """Write the directory to the disk. Only then the name of a new file is there."""
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
