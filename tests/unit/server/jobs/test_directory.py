"""Directories that can and cannot keep jobs."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from server.jobs.blobs import blob_name
from server.jobs.directory import DirectoryUnusable, open_store
from server.jobs.job import Job, JobState


def open_at(directory: Path | None):
    return open_store(directory, max_bytes=1000, retention=100)


def test_it_is_made_for_the_servers_user_alone(tmp_path):
    open_at(tmp_path / "new" / "data").close()
    assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "data" / "jobs.sqlite3").stat().st_mode) == 0o600


def test_a_second_server_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("server.jobs.table.LOCK_SECONDS", 0.05)
    first = open_at(tmp_path)
    with pytest.raises(DirectoryUnusable, match="in use by another server"):
        open_at(tmp_path)
    first.close()
    open_at(tmp_path).close()


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + bytes(4096)])
def test_a_damaged_database_is_refused_and_left_alone(tmp_path, content):
    (tmp_path / "jobs.sqlite3").write_bytes(content)
    with pytest.raises(DirectoryUnusable, match="damaged or no database"):
        open_at(tmp_path)
    assert (tmp_path / "jobs.sqlite3").read_bytes() == content


def test_another_versions_database_is_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / "jobs.sqlite3")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DirectoryUnusable, match="another version"):
        open_at(tmp_path)


@pytest.mark.parametrize("place", ["", "files", "jobs.sqlite3", "jobs.sqlite3-wal"])
def test_something_else_in_a_place_of_ours_is_refused_and_named(tmp_path, place):
    path = tmp_path / "data" / place if place else tmp_path / "data"
    if "sqlite3" in place:
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    named = "jobs.sqlite3" if "wal" in place else path.name
    with pytest.raises(DirectoryUnusable, match=rf"{named}' cannot be (used|opened): .*\. Set this to a folder"):
        open_at(tmp_path / "data")


@pytest.mark.parametrize("place", ["", "files"])
def test_a_folder_that_cannot_be_written_is_refused_and_named(tmp_path, monkeypatch, place):
    open_at(tmp_path).close()
    # The superuser, as whom tests may run, may write anything.
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != tmp_path / "files")
    if not place:
        real = os.open

        def refuse(path, flags, *mode):
            if flags & os.O_CREAT:
                raise OSError(30, os.strerror(30), str(path))
            return real(path, flags, *mode)

        monkeypatch.setattr("os.access", lambda *_: True)
        monkeypatch.setattr("os.open", refuse)
    with pytest.raises(DirectoryUnusable, match=rf"{place}.*' cannot be used: .*\. Set this to a folder"):
        open_at(tmp_path)


TASKS = 3


def fill(directory: Path) -> list[Job]:
    """A store with finished jobs and one that waits, as a server that was killed leaves it."""
    store, copy = open_at(directory), directory.with_name("copy")
    jobs = []
    for _ in range(TASKS):
        job = Job(owner="ann", spec="{}", created=store.now(), source_size=3)
        store.add(job, b"abc")
        jobs.append(replace(job, state=JobState.DONE, started=store.now(), finished=store.now(), result_size=6))
        store.finish(jobs[-1], b"result")
    store.add(Job(owner="ann", spec="{}", created=store.now(), source_size=3), b"abc")
    store.noticed(jobs[0].id)  # Something in the log, too.
    shutil.copytree(directory, copy)
    store.close()
    shutil.rmtree(directory)
    copy.rename(directory)
    assert (directory / "jobs.sqlite3-wal").stat().st_size > 0
    return jobs


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (directory / "files").iterdir()}


def garbage(path: Path, start: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xa5" * length)


def damage_page(data: Path, number: int) -> None:
    """A page's header stays, and its rows go. The log must not hold the page as well."""
    (data / "jobs.sqlite3-wal").unlink()
    garbage(data / "jobs.sqlite3", 4096 * number - 300, 300)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: garbage(data / "jobs.sqlite3-wal", 0, (data / "jobs.sqlite3-wal").stat().st_size),
        lambda data: (data / "jobs.sqlite3-wal").write_bytes(b""),
        lambda data: (data / "jobs.sqlite3-wal").write_bytes(b"no log" * 5000),
        lambda data: (data / "jobs.sqlite3-wal").unlink(),
    ],
    ids=["garbage in it", "emptied", "another file", "deleted"],
)
def test_a_lost_log_costs_no_job(tmp_path, damage):
    data = tmp_path / "data"
    jobs = fill(data)
    before = contents(data)
    damage(data)
    store = open_at(data)
    assert len(store.recover()) == 1
    assert [(store.find(job.id), store.result(job)) for job in jobs] == [(job, b"result") for job in jobs]
    assert contents(data) == before
    store.close()


def delete_a_row(data: Path) -> None:
    with closing(sqlite3.connect(data / "jobs.sqlite3", isolation_level=None)) as rows:
        rows.execute("DELETE FROM jobs WHERE number = 2")


def replace_by_an_empty_one(data: Path) -> None:
    open_at(data.with_name("other")).close()
    (data / "jobs.sqlite3-wal").unlink()
    (data.with_name("other") / "jobs.sqlite3").replace(data / "jobs.sqlite3")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: (data / "jobs.sqlite3").write_bytes(b""), "has lost tasks: 4 of the files"),
        (lambda data: (data / "jobs.sqlite3").unlink(), "has lost tasks: 4 of the files"),
        (replace_by_an_empty_one, "has lost tasks: 4 of the files"),
        (delete_a_row, "has lost tasks: 1 of the files"),
        (lambda data: garbage(data / "jobs.sqlite3", 0, 100), "is damaged or no database"),
        (lambda data: damage_page(data, 2), "is damaged or no database"),
        (lambda data: damage_page(data, 3), "is damaged or no database"),
        (lambda data: os.truncate(data / "jobs.sqlite3", 4096), "is damaged or no database"),
    ],
    ids=["emptied", "deleted", "another", "a row less", "header", "rows", "index", "shorter"],
)
def test_a_database_without_the_rows_of_its_files_is_refused_and_nothing_is_deleted(tmp_path, damage, sentence):
    data = tmp_path / "data"
    fill(data)
    before = contents(data)
    damage(data)
    for _ in range(2):
        with pytest.raises(DirectoryUnusable, match=rf"data.*{sentence}.*Nothing was deleted\..*move the folder away"):
            open_at(data)
    assert contents(data) == before


def test_what_a_refusal_says_helps(tmp_path):
    data = tmp_path / "data"
    jobs = fill(data)
    delete_a_row(data)
    with pytest.raises(DirectoryUnusable, match=f"move their files away, {blob_name(jobs[1].id, 'result')} first"):
        open_at(data)
    (data / "files" / blob_name(jobs[1].id, "result")).unlink()
    store = open_at(data)
    assert store.result(jobs[0]) == b"result"
    store.close()
    data.rename(tmp_path / "away")
    open_at(data).close()


def test_in_memory_nothing_touches_the_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    open_at(None).close()
    assert list(tmp_path.iterdir()) == []
