"""The record of a folder of results, also after a program was killed at any moment."""

import os
from pathlib import Path

import pytest

from server.cli.documents import record as module
from server.cli.documents.record import Record
from server.cli.documents.results import save
from server.cli.documents.sources import Stamp

STAMP = Stamp(1, 100, 5_000)


def read_anew(folder: Path, reading: str = "how") -> Record:
    return Record(folder, "record", reading)


def note(folder: Path, source: str = "a.png", stamp: Stamp = STAMP) -> None:
    record = read_anew(folder)
    save(folder, source, {".txt": b"1", ".json": b"2"}, lambda times: record.note(source, stamp, source, times))


def is_done(folder: Path, source: str = "a.png", stamp: Stamp = STAMP, reading: str = "how") -> bool:
    record = read_anew(folder, reading)
    entry = record.find(source, stamp)
    return entry is not None and record.is_complete(entry)


def test_what_was_read_is_known_to_the_next_run(tmp_path: Path) -> None:
    assert not is_done(tmp_path)
    note(tmp_path)
    assert is_done(tmp_path)
    assert not is_done(tmp_path, "b.png")


def test_a_file_that_changed_is_not_done(tmp_path: Path) -> None:
    note(tmp_path)
    assert not is_done(tmp_path, stamp=Stamp(1, 101, 5_000))
    assert not is_done(tmp_path, stamp=Stamp(1, 100, 5_001))
    assert not is_done(tmp_path, reading="other options")


def test_a_result_that_is_missing_or_older_is_not_complete(tmp_path: Path) -> None:
    note(tmp_path)
    result = tmp_path / "a.png.json"
    os.utime(result, ns=(0, result.stat().st_mtime_ns - 1))
    assert not is_done(tmp_path)
    os.utime(result)
    assert is_done(tmp_path)
    result.unlink()
    assert not is_done(tmp_path)


@pytest.mark.parametrize("renamed", [0, 1])
def test_a_program_that_is_killed_before_all_results_have_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renamed: int
) -> None:
    note(tmp_path)  # of an older version of the file: its results are there
    real, done = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        if len(done) == renamed:
            raise KeyboardInterrupt
        done.append(target)
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    newer = Stamp(1, 200, 6_000)
    with pytest.raises(KeyboardInterrupt):
        note(tmp_path, stamp=newer)
    assert read_anew(tmp_path).find("a.png", newer) is not None
    assert not is_done(tmp_path, stamp=newer)


def test_a_line_that_is_half_written_harms_no_other(tmp_path: Path) -> None:
    note(tmp_path)
    whole = (tmp_path / "record").read_bytes()
    (tmp_path / "record").write_bytes(whole + whole[: len(whole) // 2])
    assert is_done(tmp_path)
    note(tmp_path, "b.png")
    assert is_done(tmp_path)
    assert is_done(tmp_path, "b.png")


def test_a_name_that_is_not_utf8_is_kept(tmp_path: Path) -> None:
    source = os.fsdecode(b"caf\xe9\n.png")
    note(tmp_path, source)
    assert is_done(tmp_path, source)


def test_what_is_forgotten_leaves_the_file_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FEW", 3)
    record = read_anew(tmp_path)
    for number in range(10):
        record.note(f"{number}.png", STAMP, f"{number}.png")
        if number:
            record.forget(f"{number}.png")
    assert (tmp_path / "record").read_bytes().count(b"\n") <= 4
    assert read_anew(tmp_path).find("0.png", STAMP) is not None
    assert read_anew(tmp_path).find("1.png", STAMP) is None
