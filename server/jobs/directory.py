"""Opens a store: in memory, or in a directory that survives a restart."""

import os
import sqlite3
from collections.abc import Callable, Collection
from pathlib import Path

from server.jobs.blobs import Blobs, FileBlobs, MemoryBlobs
from server.jobs.store import JobStore
from server.jobs.table import JobTable

DATABASE = "jobs.sqlite3"
FILES = "files"
NEEDED = "Set this to a folder that the server's user can read and write."
RESTORE = "Restore the database from a copy, or move the folder away to begin with an empty one."


class DirectoryUnusable(Exception):
    """The directory cannot keep jobs. The message says why and what to do."""


def open_store(
    directory: Path | None,
    *,
    max_bytes: int,
    retention: int,
    understands: Callable[[str], bool] = lambda _: True,
    files: Collection[str] | None = None,
) -> JobStore:
    """Open a store.

    Args:
        directory: made if it is missing; None keeps everything in memory and never uses the disk.
        max_bytes: of all sources and results together.
        retention: seconds that a finished job is kept.
        understands: whether the work understands a job's ``spec``. Other jobs are left as they are.
        files: as in `JobStore`.

    Raises:
        DirectoryUnusable: it cannot be made or written, its database is damaged, foreign or in use, or it holds files
            whose rows were lost. No file was deleted.
    """

    def store(table: JobTable, blobs: Blobs) -> JobStore:
        return JobStore(table, blobs, max_bytes=max_bytes, retention=retention, files=files)

    if directory is None:
        return store(JobTable(None, understands), MemoryBlobs())
    database = directory / DATABASE
    try:
        return _checked(directory, _opened(directory, database, understands, store))
    except OSError as error:
        place = error.filename or directory
        raise DirectoryUnusable(f"'{place}' cannot be used: {error.strerror}. {NEEDED}") from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DirectoryUnusable(f"'{database}' cannot be opened: {error}. {NEEDED}") from error
        raise DirectoryUnusable(f"'{directory}' is in use by another server. Give each server its own.") from error
    except sqlite3.DatabaseError as error:
        raise DirectoryUnusable(f"'{database}' is damaged or no database. Nothing was deleted. {RESTORE}") from error
    except ValueError as error:
        raise DirectoryUnusable(
            f"'{database}' was written by another version of this server ({error}). Use that one, or another directory."
        ) from error


def _opened(
    directory: Path,
    database: Path,
    understands: Callable[[str], bool],
    store: Callable[[JobTable, Blobs], JobStore],
) -> JobStore:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    blobs = FileBlobs(directory / FILES)
    # SQLite would take an empty database, or none, for a new one. With files beside it, it is a lost one.
    if not (database.exists() and database.stat().st_size) and (names := blobs.confirmed()):
        raise _rows_lost(directory, len(names))
    # SQLite would make it readable for other users. The log beside it gets the same permissions.
    os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
    return store(JobTable(database, understands), blobs)


def _checked(directory: Path, store: JobStore) -> JobStore:
    """The store, unless there are files whose rows were lost."""
    try:
        names = store.lost()
    except BaseException:
        store.close()
        raise
    if names:
        store.close()
        raise _rows_lost(directory, len(names), f" To lose these tasks only, move their files away, {names[0]} first.")
    return store


def _rows_lost(directory: Path, count: int, otherwise: str = "") -> DirectoryUnusable:
    return DirectoryUnusable(
        f"The database of '{directory}' has lost tasks: {count} of the files in '{directory / FILES}' belong to none. "
        f"Nothing was deleted. {RESTORE}{otherwise}"
    )
