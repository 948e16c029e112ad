"""Keeps the bytes of jobs: their sources until they are done, and their results.

A name consists of a job's random id and the role of the bytes. Nothing that a caller sends becomes part of it.
"""

import os
import re
import secrets
from collections.abc import Container
from pathlib import Path
from typing import Literal, Protocol

Role = Literal["source", "result"]

_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600
_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?:source|result)", re.ASCII)
_FILE = re.compile(rf"({_NAME.pattern})(\.[0-9a-f]{{16}}\.part)?", re.ASCII)


def blob_name(job_id: str, role: Role) -> str:
    """Make a name.

    Raises:
        ValueError: the id is not one of ours.
    """
    name = f"{job_id}.{role}"
    if not _NAME.fullmatch(name):
        raise ValueError("not a job's id")
    return name


class Blobs(Protocol):
    """Keeps bytes by name. Methods block, may be called from any thread, and raise `OSError`."""

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes: all or none of them."""
        ...

    def get(self, name: str) -> bytes | None:
        """Give kept bytes; None if there are none."""
        ...

    def has(self, name: str) -> bool:
        """Whether bytes are kept."""
        ...

    def remove(self, name: str) -> None:
        """Drop bytes. It is no error if they are not there."""
        ...

    def keep_only(self, names: Container[str]) -> None:
        """Drop all other bytes of ours, including half-written ones."""
        ...


class MemoryBlobs:
    """Bytes in this process."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes."""
        self._held[name] = data

    def get(self, name: str) -> bytes | None:
        """Give kept bytes."""
        return self._held.get(name)

    def has(self, name: str) -> bool:
        """Whether bytes are kept."""
        return name in self._held

    def remove(self, name: str) -> None:
        """Drop bytes."""
        self._held.pop(name, None)

    def keep_only(self, names: Container[str]) -> None:
        """Drop everything else."""
        self._held = {name: data for name, data in self._held.items() if name in names}


class FileBlobs:
    """Bytes in files of one directory, readable by the server's user alone.

    Args:
        directory: made if it is missing. Only files with our names are ever touched in it.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> None:
        """Write a file to the disk under another name, and rename it."""
        part = self._directory / f"{name}.{secrets.token_hex(8)}.part"
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _FILE_MODE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            part.replace(self._directory / name)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        self._sync_directory()

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

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self._directory / name).unlink(missing_ok=True)

    def keep_only(self, names: Container[str]) -> None:
        """Delete every other file of ours."""
        for path in self._directory.iterdir():
            match = _FILE.fullmatch(path.name)
            if match and (match[2] or match[1] not in names):
                path.unlink(missing_ok=True)

    def _sync_directory(self) -> None:
        """Write the directory to the disk. Only then the name of a new file is there."""
        descriptor = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
