"""Opens a store: in memory, or in a directory that survives a restart."""

import os
import sqlite3
from pathlib import Path

from server.jobs.blobs import FileBlobs, MemoryBlobs
from server.jobs.store import JobStore
from server.jobs.table import JobTable

DATABASE = "jobs.sqlite3"
FILES = "files"


class DirectoryUnusable(Exception):
    """The directory cannot keep jobs. The message says why and what to do."""


def open_store(directory: Path | None, *, max_bytes: int, retention: int) -> JobStore:
    """Open a store.

    Args:
        directory: made if it is missing; None keeps everything in memory and never uses the disk.
        max_bytes: of all sources and results together.
        retention: seconds that a finished job is kept.

    Raises:
        DirectoryUnusable: it cannot be made or written, or its database is damaged, foreign or in use.
    """
    if directory is None:
        return JobStore(JobTable(None), MemoryBlobs(), max_bytes=max_bytes, retention=retention)
    database = directory / DATABASE
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        blobs = FileBlobs(directory / FILES)
        # SQLite would make it readable for other users. The log beside it gets the same permissions.
        os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
        return JobStore(JobTable(database), blobs, max_bytes=max_bytes, retention=retention)
    except OSError as error:
        raise DirectoryUnusable(f"'{directory}' cannot be used: {error.strerror}.") from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DirectoryUnusable(f"'{database}' cannot be opened: {error}.") from error
        raise DirectoryUnusable(f"'{directory}' is in use by another server. Give each server its own.") from error
    except sqlite3.DatabaseError as error:
        raise DirectoryUnusable(
            f"'{database}' is damaged or no database. Restore it, or move it away to begin with an empty one."
        ) from error
    except ValueError as error:
        raise DirectoryUnusable(
            f"'{database}' was written by another version of this server ({error}). Use that one, or another directory."
        ) from error
