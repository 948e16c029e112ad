"""The table of jobs, in SQLite: in memory, or in a file that only one server may use."""

import logging
import sqlite3
import weakref
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict, fields
from pathlib import Path
from typing import get_type_hints

import msgspec

from server.jobs.blobs import is_id
from server.jobs.job import Job, JobState

SCHEMA_VERSION = 3
LOCK_SECONDS = 3.0
"""A server that is just ending may hold the file for so long."""

logger = logging.getLogger(__name__)

_TYPES = get_type_hints(Job)
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
_SCHEMA_2 = """
ALTER TABLE jobs ADD COLUMN request_key TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN request_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN notice INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_by_owner ON jobs (owner, number);
CREATE UNIQUE INDEX jobs_by_request ON jobs (owner, request_key) WHERE request_key <> '';
CREATE TABLE expired (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL);
"""
"""The second version added this. A database of the first one gets it when it is opened."""
_SCHEMA_3 = """
ALTER TABLE jobs ADD COLUMN batch TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_by_batch ON jobs (owner, batch, number) WHERE batch <> '';
"""
"""The third version added this."""
_TRUTHS = ("repeatable", "notice")
"""Columns that hold 0 or 1."""
_SELECT = f"SELECT number, {', '.join(_COLUMNS)} FROM jobs "  # noqa: S608 - our own names; values are always parameters
_INSERT = f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"  # noqa: S608
_UPDATE = f"UPDATE jobs SET {', '.join(f'{name} = :{name}' for name in _COLUMNS)} WHERE id = :id"  # noqa: S608
_OF_OWNER = (
    "WHERE owner = ?1 AND (?2 IS NULL OR state = ?2) "
    "AND (?3 IS NULL OR number < (SELECT number FROM jobs WHERE id = ?3)) ORDER BY number DESC LIMIT ?4"
)
_WAITING = "SELECT COALESCE(SUM(source_size), 0) FROM jobs WHERE finished = 0"
_HELD = "SELECT COALESCE(SUM(CASE WHEN finished = 0 THEN source_size ELSE result_size END), 0) FROM jobs"
_KEPT_SOURCES = "SELECT COALESCE(SUM(source_size), 0) FROM jobs WHERE state = 'done'"


class JobTable:
    """The rows of jobs. Every method may raise `sqlite3.Error`. Calls from several threads must not overlap.

    A row that this program does not understand is left as it is. It is in no answer.

    Args:
        path: the database file, made if it is missing; None keeps the table in memory.
        understands: whether the work understands a job's ``spec``.

    Raises:
        sqlite3.DatabaseError: the file is not a database, or it is damaged, or another server uses it
            (`sqlite3.OperationalError`).
        ValueError: another version of this program wrote it.
    """

    def __init__(self, path: Path | None, understands: Callable[[str], bool] = lambda _: True) -> None:
        self._understands = understands
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
        self._connection.text_factory = _text
        run("PRAGMA temp_store = MEMORY")
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA journal_mode = WAL")
        # A commit is on the disk when it returns. With NORMAL, a power cut would take back tasks that were accepted.
        run("PRAGMA synchronous = FULL")
        (state,) = run("PRAGMA integrity_check(1)").fetchone()
        if state != "ok":
            raise sqlite3.DatabaseError("integrity_check failed")
        (version,) = run("PRAGMA user_version").fetchone()
        if version not in range(SCHEMA_VERSION + 1):
            raise ValueError(f"schema version {version}")
        missing = "".join((_SCHEMA, _SCHEMA_2, _SCHEMA_3)[version:])
        if missing:
            self._connection.executescript(f"BEGIN EXCLUSIVE;{missing}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;")

    def add(self, job: Job) -> None:
        """Add a row."""
        self._connection.execute(_INSERT, _row(job))

    def update(self, job: Job) -> None:
        """Replace a job's row."""
        self._connection.execute(_UPDATE, _row(job))

    def checkpoint(self) -> None:
        """Move all rows from the log into the database, so that a damaged log costs none of them.

        If this fails, the rows are still in the log. So this is no error of the caller.
        """
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            logger.warning("Rows of jobs stay in the database's log for now: %s", error)

    def find(self, job_id: str) -> Job | None:
        """A job by its id; None if there is none."""
        return self._first("WHERE id = ?", job_id)

    def has(self, job_id: str) -> bool:
        """Whether there is a row with this id, understood or not."""
        return self._connection.execute("SELECT 1 FROM jobs WHERE id = ?", (job_id,)).fetchone() is not None

    def unfinished(self) -> list[Job]:
        """The jobs that are not final, in the order of their arrival."""
        with closing(self._select("WHERE finished = 0 ORDER BY number")) as jobs:
            return list(jobs)

    def first_finished(self, *, with_result: bool = False, with_source: bool = False) -> Job | None:
        """The job that has been final for longest.

        Args:
            with_result: only consider jobs with a result.
            with_source: beside them, consider jobs that are done, because their sources are kept.
        """
        condition = "AND result_size > 0 " if with_result else ""
        if with_result and with_source:
            condition = "AND (result_size > 0 OR state = 'done') "
        return self._first(f"WHERE finished > 0 {condition}ORDER BY finished, number")

    def of_request(self, owner: str, request_key: str) -> Job | None:
        """The owner's job of a request with this key; None if there is none."""
        return self._first("WHERE owner = ? AND request_key = ? AND request_key <> ''", owner, request_key)

    def of_owner(self, owner: str, state: JobState | None, before: str | None, count: int) -> list[Job]:
        """Jobs of an owner, the newest first.

        Args:
            owner: whose jobs.
            state: only jobs in this state; None for all.
            before: the id of a job; only older jobs are given. None begins with the newest.
            count: at most so many.
        """
        wanted = None if state is None else state.value
        with closing(self._select(_OF_OWNER, owner, wanted, before, count)) as jobs:
            return list(jobs)

    def of_batch(self, owner: str, batch: str) -> list[Job]:
        """The owner's jobs of a batch, in the order of their arrival."""
        with closing(
            self._select("WHERE owner = ? AND batch = ? AND batch <> '' ORDER BY number", owner, batch)
        ) as jobs:
            return list(jobs)

    def with_notice(self) -> list[Job]:
        """The final jobs whose owners are still to be told."""
        with closing(self._select("WHERE finished > 0 AND notice = 1 ORDER BY number")) as jobs:
            return list(jobs)

    def remember_expired(self, job: Job, most: int) -> None:
        """Remember that a job was there, and forget the first ones if there are more than ``most``."""
        run = self._connection.execute
        run("INSERT OR IGNORE INTO expired (id, owner) VALUES (?, ?)", (job.id, job.owner))
        run("DELETE FROM expired WHERE number <= (SELECT MAX(number) FROM expired) - ?", (most,))

    def is_expired(self, job_id: str, owner: str) -> bool:
        """Whether a job of this owner was there, and its time is over."""
        query = "SELECT 1 FROM expired WHERE id = ? AND owner = ?"
        return self._connection.execute(query, (job_id, owner)).fetchone() is not None

    def report_strange(self) -> None:
        """Log a line for each row that this program does not understand."""
        for number, *values in self._connection.execute(_SELECT + "ORDER BY number").fetchall():
            column = self._strange_column(dict(zip(_COLUMNS, values, strict=True)))
            if column is not None:
                # Its value is not logged, because it may hold anything.
                logger.error("Row %s of the jobs is left as it is: its column '%s' is not understood", number, column)

    def remove(self, job_id: str) -> None:
        """Remove a row."""
        self._connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))

    def held_bytes(self) -> int:
        """The bytes of all kept sources and results."""
        return int(self._connection.execute(_HELD).fetchone()[0])

    def kept_source_bytes(self) -> int:
        """The bytes of the sources of jobs that are done."""
        return int(self._connection.execute(_KEPT_SOURCES).fetchone()[0])

    def waiting_bytes(self) -> int:
        """The bytes of the sources of jobs that are not final."""
        return int(self._connection.execute(_WAITING).fetchone()[0])

    def count(self) -> int:
        """The number of jobs."""
        return int(self._connection.execute("SELECT COUNT(*) FROM jobs").fetchone()[0])

    def close(self) -> None:
        """Close the database. No other method may be called after this."""
        self._close()

    def _first(self, rest: str, *values: object) -> Job | None:
        # An open selection would hold up checkpoints.
        with closing(self._select(rest, *values)) as jobs:
            return next(jobs, None)

    def _select(self, rest: str, *values: object) -> Generator[Job, None, None]:
        """The jobs of the rows that are understood."""
        with closing(self._connection.execute(_SELECT + rest, values)) as rows:
            for _, *row in rows:
                columns = dict(zip(_COLUMNS, row, strict=True))
                if self._strange_column(columns) is None:
                    yield _job(columns)

    def _strange_column(self, columns: dict[str, object]) -> str | None:
        """The name of the first column that is not understood; None if all are."""
        for name, value in columns.items():
            try:
                msgspec.convert(bool(value) if name in _TRUTHS and value in (0, 1) else value, _TYPES[name])
            except msgspec.ValidationError:
                return name
            if isinstance(value, int) and value < 0:
                return name
        job = _job(columns)
        wrong = {
            "id": not is_id(job.id),
            "finished": job.final is not (job.finished > 0),
            "failure": (job.failure is not None) is not (job.state is JobState.FAILED),
            "spec": not self._understands(job.spec),
        }
        return next((name for name, is_wrong in wrong.items() if is_wrong), None)


def _row(job: Job) -> dict[str, object]:
    return {**asdict(job), "state": job.state.value}


def _job(columns: dict[str, object]) -> Job:
    return msgspec.convert({**columns, **{name: bool(columns[name]) for name in _TRUTHS}}, Job)


def _text(data: bytes) -> str | bytes:
    """A column's text. Damaged text stays bytes, which no column may have, so that it spoils its own row only."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
