"""Rows that this program does not understand cost no other row, and stay as they are."""

import sqlite3
from contextlib import closing

import pytest

from server.jobs.blobs import blob_name
from server.jobs.directory import open_store
from server.jobs.job import JobState
from tests.unit.server.jobs.conftest import finish, new, running


def open_at(directory):
    return open_store(directory, max_bytes=1000, retention=10**10, understands=lambda spec: spec.startswith("{"))


def row_of(rows, job_id):
    rows.text_factory = bytes
    return rows.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()


STRANGE = {
    "state": "sleeping",
    "repeatable": 7,
    "failure": "bored",
    "spec": "SECRET",
    "created": "yesterday",
    "attempts": b"\xff",
    "finished": -3,
    "owner": b"\xff\xfe",
    "token": None,
    "detail": 5.5,
}


@pytest.mark.parametrize("column", [*STRANGE, "damaged text"])
@pytest.mark.parametrize("finished", [False, True])
def test_a_strange_row_is_one_line_and_the_others_are_served(tmp_path, caplog, column, finished):
    store, strange, done, waits = open_at(tmp_path), new(), new(), new()
    for job in (strange, done, waits):
        store.add(job, b"abc")
    if finished:
        finish(store, strange, b"strange")
    ended = finish(store, done, b"result")
    store.update(running(waits))
    store.close()
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite3", isolation_level=None)) as rows:
        if column == "damaged text":
            rows.execute("UPDATE jobs SET detail = CAST(x'FFFE' AS TEXT) WHERE id = ?", (strange.id,))
        else:
            rows.execute("PRAGMA writable_schema = ON")
            rows.execute("UPDATE sqlite_schema SET sql = replace(replace(sql, 'NOT NULL', ''), 'TEXT', 'BLOB')")
            rows.execute("PRAGMA writable_schema = RESET")
            rows.execute(f"UPDATE jobs SET {column} = ? WHERE id = ?", (STRANGE[column], strange.id))
        before = row_of(rows, strange.id)

    store = open_at(tmp_path)
    assert store.lost() == []
    assert [job.id for job in store.recover()] == [waits.id]
    assert store.find(strange.id) is None
    assert store.find(done.id) == ended
    assert store.result(ended) == b"result"
    assert store.find(waits.id).state is JobState.QUEUED
    (line,) = [record.getMessage() for record in caplog.records]
    name = "detail" if column == "damaged text" else column
    assert line == f"Row 1 of the jobs is left as it is: its column '{name}' is not understood"
    assert "SECRET" not in caplog.text
    assert (tmp_path / "files" / blob_name(strange.id, "result" if finished else "source")).exists()
    finish(store, waits, b"result")
    assert store.expire() > 0
    store.close()
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as rows:
        assert row_of(rows, strange.id) == before


def test_strange_rows_do_not_stop_expired_jobs_from_going(tmp_path):
    store, strange, done = open_at(tmp_path), new(), new()
    for job in (strange, done):
        store.add(job, b"abc")
        finish(store, job, b"result")
    store._table._connection.execute("UPDATE jobs SET state = 'gone' WHERE id = ?", (strange.id,))
    store._retention = 0
    assert store.expire() is None
    assert store._blobs.confirmed() == [blob_name(strange.id, "result")]
    store.close()
