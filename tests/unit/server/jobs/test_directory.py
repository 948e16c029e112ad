"""Directories that can and cannot keep jobs."""

import sqlite3
import stat
from pathlib import Path

import pytest

from server.jobs.directory import DirectoryUnusable, open_store


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


def test_a_file_in_its_place_is_refused(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(DirectoryUnusable, match="cannot be used"):
        open_at(tmp_path / "data")


def test_in_memory_nothing_touches_the_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    open_at(None).close()
    assert list(tmp_path.iterdir()) == []
