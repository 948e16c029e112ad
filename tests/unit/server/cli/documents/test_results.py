"""Results are written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from server.cli.documents.results import UNFINISHED_END, delete_unfinished, save


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_results_lie_at_the_place_of_their_document(tmp_path: Path) -> None:
    told: list[object] = []
    save(tmp_path, "sub/a.png", {".txt": b"1", ".json": b"2"}, told.append)
    assert files(tmp_path) == {"sub/a.png.txt": b"1", "sub/a.png.json": b"2"}
    assert told == [{end: (tmp_path / f"sub/a.png{end}").stat().st_mtime_ns for end in (".txt", ".json")}]


def test_no_result_has_its_name_before_it_is_noted(tmp_path: Path) -> None:
    def note(_times: object) -> None:
        assert all(name.endswith(UNFINISHED_END) for name in files(tmp_path))
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        save(tmp_path, "a.png", {".txt": b"1", ".json": b"2"}, note)
    assert files(tmp_path) == {}


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, "a.png", {".txt": b"1"}, lambda _: None)
    assert files(tmp_path) == {}


def test_what_a_killed_program_left_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / f".0123{UNFINISHED_END}").write_bytes(b"half")
    (tmp_path / "sub" / "a.png.txt").write_bytes(b"whole")
    delete_unfinished(tmp_path, 100)
    assert len(files(tmp_path)) == 2
    delete_unfinished(tmp_path)
    assert files(tmp_path) == {"sub/a.png.txt": b"whole"}
