"""The table of jobs, in SQLite: in memory, or in a file that only one server may use."""

import sqlite3
import weakref
from dataclasses import asdict, fields
from pathlib import Path

from server.jobs.job import Job, JobState

SCHEMA_VERSION = 1
LOCK_SECONDS = 3.0
"""A server that is just ending may hold the file for so long."""

_COLUMNS = tuple(column.name for column in fields(Job))
_SCHEMA = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,
    owner TEXT NOT NULL, spec TEXT NOT NULL, created INTEGER NOT NULL, repeatable INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE, token TEXT NOT NULL, state TEXT NOT NULL,
    started INTEGER NOT NULL, finished INTEGER NOT NULL, attempts INTEGER NOT NULL,
    pages INTEGER NOT NULL, pages_read INTEGER NOT NULL,
    source_size INTEGER NOT NULL, result_size INTEGER NOT NULL,
    failure TEXT, detail TEXT NOT NULL
);
CREATE INDEX jobs_by_end ON jobs (finished, number);
"""
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM jobs "  # noqa: S608 - our own names; values are always parameters
_INSERT = f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"  # noqa: S608
_UPDATE = f"UPDATE jobs SET {', '.join(f'{name} = :{name}' for name in _COLUMNS)} WHERE id = :id"  # noqa: S608
_WAITING = "SELECT COALESCE(SUM(source_size), 0) FROM jobs WHERE finished = 0"
_HELD = "SELECT COALESCE(SUM(CASE WHEN finished = 0 THEN source_size ELSE result_size END), 0) FROM jobs"


class JobTable:
    """The rows of jobs. Every method may raise `sqlite3.Error`. Calls from several threads must not overlap.

    Args:
        path: the database file, made if it is missing; None keeps the table in memory.

    Raises:
        sqlite3.DatabaseError: the file is not a database, or it is damaged, or another server uses it
            (`sqlite3.OperationalError`).
        ValueError: another version of this program wrote it.
    """

    def __init__(self, path: Path | None) -> None:
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        # This also closes it if an application is built and never run.
        self._close = weakref.finalize(self, self._connection.close)
        try:
            self._open()
        except BaseException:
            self._close()
            raise

    def _open(self) -> None:
        run = self._connection.execute
        run("PRAGMA temp_store = MEMORY")
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        (state,) = run("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise sqlite3.DatabaseError("quick_check failed")
        (version,) = run("PRAGMA user_version").fetchone()
        if version == 0:
            self._connection.executescript(f"BEGIN EXCLUSIVE;{_SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;")
        elif version != SCHEMA_VERSION:
            raise ValueError(f"schema version {version}")

    def add(self, job: Job) -> None:
        """Add a row."""
        self._connection.execute(_INSERT, _row(job))

    def update(self, job: Job) -> None:
        """Replace a job's row."""
        self._connection.execute(_UPDATE, _row(job))

    def find(self, job_id: str) -> Job | None:
        """A job by its id; None if there is none."""
        return next(iter(self._select("WHERE id = ?", job_id)), None)

    def unfinished(self) -> list[Job]:
        """The jobs that are not final, in the order of their arrival."""
        return self._select("WHERE finished = 0 ORDER BY number")

    def first_finished(self, *, with_result: bool = False) -> Job | None:
        """The job that has been final for longest. ``with_result`` only considers jobs with a result."""
        condition = "AND result_size > 0 " if with_result else ""
        return next(iter(self._select(f"WHERE finished > 0 {condition}ORDER BY finished, number LIMIT 1")), None)

    def remove(self, job_id: str) -> None:
        """Remove a row."""
        self._connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def held_bytes(self) -> int:
        """The bytes of all kept sources and results."""
        return int(self._connection.execute(_HELD).fetchone()[0])

    def waiting_bytes(self) -> int:
        """The bytes of the sources of jobs that are not final."""
        return int(self._connection.execute(_WAITING).fetchone()[0])

    def count(self) -> int:
        """The number of jobs."""
        return int(self._connection.execute("SELECT COUNT(*) FROM jobs").fetchone()[0])

    def close(self) -> None:
        """Close the database. No other method may be called after this."""
        self._close()

    def _select(self, rest: str, *values: object) -> list[Job]:
        return [_job(row) for row in self._connection.execute(_SELECT + rest, values)]


def _row(job: Job) -> dict[str, object]:
    return {**asdict(job), "state": job.state.value}


def _job(row: tuple[object, ...]) -> Job:
    values = dict(zip(_COLUMNS, row, strict=True))
    known = {**values, "state": JobState(values["state"]), "repeatable": bool(values["repeatable"])}
    return Job(**known)  # type: ignore[arg-type]  # the columns are the fields
