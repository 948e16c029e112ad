"""Which files of a hot folder are complete, and where they move."""

import errno
import os
from pathlib import Path

import pytest

from server.cli.documents.hot_folder import REASON_END, HotFolder
from server.cli.documents.sources import Source, Stamp

SETTLE = 5.0


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Folder:
    """A hot folder whose time stands still until a test moves it."""

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self.path = path / "in"
        self.path.mkdir()
        self.hot = HotFolder(self.path, self.path / "done", self.path / "failed", self.path / "out", SETTLE, self.clock)

    def put(self, name: str, content: bytes = b"x") -> tuple[Source, Stamp]:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return Source(file, name), Stamp.of(file.stat())

    def complete(self, after: float = 0.0) -> list[str]:
        self.clock.now += after
        return [source.name for source, _ in self.hot.look()[0]]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_file_is_complete_when_it_has_not_changed_for_a_while(folder: Folder) -> None:
    folder.put("a.png")
    assert folder.complete() == []
    assert folder.complete(SETTLE - 0.1) == []
    assert folder.complete(0.1) == ["a.png"]


@pytest.mark.parametrize("change", ["grows", "same size", "replaced"])
def test_a_file_that_changes_begins_to_wait_anew(folder: Folder, change: str) -> None:
    source, stamp = folder.put("a.png")
    folder.complete()
    if change == "grows":
        folder.put("a.png", b"xy")
    elif change == "same size":
        os.utime(source.path, ns=(0, stamp.mtime_ns + 1))
    else:
        folder.put(".new")
        os.utime(folder.path / ".new", ns=(0, stamp.mtime_ns))
        (folder.path / ".new").rename(source.path)
    assert folder.complete(SETTLE) == []
    assert folder.complete(SETTLE) == ["a.png"]


def test_files_of_every_kind_come_and_the_oldest_first(folder: Folder) -> None:
    for time, name in ((3, "new.png"), (1, "old.xyz"), (2, "sub/middle")):
        os.utime(folder.put(name)[0].path, (time, time))
    for name in (".hidden", "a.part", "b~", "done/c.png", "failed/d.png", "out/e.png.txt"):
        folder.put(name)
    folder.complete()
    assert folder.complete(SETTLE) == ["old.xyz", "sub/middle", "new.png"]


def test_a_file_that_is_read_moves_to_its_place(folder: Folder) -> None:
    source, stamp = folder.put("sub/a.png")
    assert folder.hot.move_to_done(source, stamp, source.name)
    assert (folder.path / "done/sub/a.png").read_bytes() == b"x"
    assert not source.path.exists()


def test_a_file_that_cannot_be_read_has_its_reason_beside_it(folder: Folder) -> None:
    source, stamp = folder.put("a.png")
    assert folder.hot.move_to_failed(source, stamp, source.name, "The file is empty.")
    assert (folder.path / "failed/a.png").exists()
    assert (folder.path / f"failed/a.png{REASON_END}").read_text() == "The file is empty.\n"


def test_no_file_takes_the_place_of_another(folder: Folder) -> None:
    for content in (b"1", b"2", b"3"):
        source, stamp = folder.put("a.png", content)
        assert folder.hot.move_to_done(source, stamp, source.name)
    kept = {path.name: path.read_bytes() for path in (folder.path / "done").iterdir()}
    assert kept == {"a.png": b"1", "a (2).png": b"2", "a (3).png": b"3"}
    assert folder.hot.free_name("b/c.png", lambda name: name in ("b/c.png", "b/c (2).png")) == "b/c (3).png"


def test_a_file_that_was_replaced_in_the_last_moment_goes_back(folder: Folder) -> None:
    source, stamp = folder.put("a.png")
    folder.put("a.png", b"another")
    assert not folder.hot.is_same(source, stamp)
    assert not folder.hot.move_to_done(source, stamp, source.name)
    assert not folder.hot.move_to_failed(source, stamp, source.name, "reason")
    assert source.path.read_bytes() == b"another"
    assert [path for path in folder.path.rglob("*") if path.is_file()] == [source.path]


@pytest.mark.parametrize("same", [True, False])
def test_a_file_moves_to_another_disk(folder: Folder, monkeypatch: pytest.MonkeyPatch, same: bool) -> None:
    source, stamp = folder.put("a.png")
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self == source.path:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    if not same:
        folder.put("a.png", b"another")
    assert folder.hot.move_to_done(source, stamp, source.name) is same
    files = [path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.is_file()]
    assert files == (["done/a.png"] if same else ["a.png"])
