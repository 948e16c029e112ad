"""A hot folder: what becomes of each file, and of those that come while something goes wrong.

Interruptions of the whole program are in `tests/faults/test_interrupted.py`.
"""

import asyncio
import errno
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import pytest
from filelock import FileLock

from server.cli.documents.hot_folder import HotFolder
from server.cli.documents.reader import Document, Unavailable, Unread
from server.cli.documents.reading import DocumentReading, ReadingOptions
from server.cli.documents.record import Record
from server.cli.failures import Failure
from tests.unit.server.cli.commands import FAILED, MISCONFIGURED, run

WATCH = import_module("server.cli.watch")
"""The module. ``server.cli.watch`` may also be the command of that name, until the module is imported."""
SETTLE = 0.02
PATIENCE_SECONDS = 60.0


class Reader:
    """Reads every document as its own bytes, or does as a test tells it.

    Attributes:
        read_names: of the documents, in order.
        faults: errors to raise, the next one last, by the name of the document.
        during: is called while a document is read.
    """

    def __init__(self) -> None:
        self.read_names: list[str] = []
        self.faults: dict[str, list[Exception]] = {}
        self.during: Callable[[str], object] = lambda _: None
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, document: Document) -> Mapping[str, bytes]:
        name = str(document.name)
        self.read_names.append(name)
        self.during(name)
        await self.gate.wait()
        if faults := self.faults.get(name):
            raise faults.pop()
        return {".txt": document.data}


class Hot:
    """A watch over a temporary folder."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.watched, self.results = path / "in", path / "out"
        self.done, self.failed = self.watched / "done", self.watched / "failed"
        for folder in (self.watched, self.results):
            folder.mkdir()
        self.reader = Reader()
        self.reading = DocumentReading(ReadingOptions(None, (), "text", None, None, None, None, {}))
        monkeypatch.setattr(WATCH, "FIRST_PAUSE", 0.01)
        monkeypatch.setattr(WATCH, "LONGEST_PAUSE", 0.01)

    def put(self, name: str, content: bytes = b"text") -> Path:
        file = self.watched / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def run_until(self, is_over: Callable[[], bool], *, hurried: bool = False) -> None:
        """Watch until something is so, and stop."""
        hot = HotFolder(self.watched, self.done, self.failed, self.results, SETTLE)
        record = Record(self.results, WATCH.RECORD, self.reading.description)
        watch = WATCH.Watch(self.reading, self.reader, hot, self.results, record, SETTLE)

        async def main() -> None:
            stop, hurry = asyncio.Event(), asyncio.Event()
            running = asyncio.create_task(watch.run(stop, hurry))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not is_over() and not running.done():  # noqa: ASYNC110 - what is waited for tells nobody
                    await asyncio.sleep(0.005)
                stop.set()
                if hurried:
                    hurry.set()
                await running

        asyncio.run(main())

    def run_all(self) -> None:
        """Watch until every file has moved."""
        self.run_until(lambda: not self.left())

    def left(self) -> list[str]:
        return [name for name in _files(self.watched) if not name.startswith(("done/", "failed/"))]


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def hot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hot:
    return Hot(tmp_path, monkeypatch)


def test_every_file_has_a_result_or_a_reason(hot: Hot) -> None:
    hot.put("a.png")
    hot.put("sub/b.pdf")
    hot.put("bad.xyz")
    hot.reader.faults["bad.xyz"] = [Unread("The file is damaged or cut off.")]
    hot.run_all()
    assert _files(hot.done) == ["a.png", "sub/b.pdf"]
    assert _files(hot.failed) == ["bad.xyz", "bad.xyz.reason.txt"]
    assert (hot.failed / "bad.xyz.reason.txt").read_text() == "The file is damaged or cut off.\n"
    assert _files(hot.results) == [WATCH.RECORD, "a.png.txt", "sub/b.pdf.txt"]


def test_a_second_file_of_the_same_name_overwrites_nothing(hot: Hot) -> None:
    for content in (b"first", b"second"):
        hot.put("scan.png", content)
        hot.run_all()
    assert (hot.results / "scan.png.txt").read_bytes() == b"first"
    assert (hot.results / "scan (2).png.txt").read_bytes() == b"second"
    assert _files(hot.done) == ["scan (2).png", "scan.png"]


def test_a_file_that_changes_while_it_is_read_is_read_anew(hot: Hot) -> None:
    hot.put("a.png", b"half")
    hot.reader.during = lambda _: hot.put("a.png", b"the whole") if len(hot.reader.read_names) == 1 else None
    hot.run_all()
    assert hot.reader.read_names == ["a.png", "a.png"]
    assert (hot.results / "a.png.txt").read_bytes() == b"the whole"
    assert _files(hot.results) == [WATCH.RECORD, "a.png.txt"]


def test_half_a_file_that_cannot_be_read_has_not_failed(hot: Hot) -> None:
    hot.put("a.png", b"half")
    hot.reader.faults["a.png"] = [Unread("The file is damaged or cut off.")]
    hot.reader.during = lambda _: hot.put("a.png", b"the whole") if len(hot.reader.read_names) == 1 else None
    hot.run_all()
    assert _files(hot.done) == ["a.png"]
    assert not hot.failed.exists()


def test_a_file_that_somebody_writes_waits(hot: Hot, monkeypatch: pytest.MonkeyPatch) -> None:
    hot.put("a.png")
    hot.put("b.png")
    asked: list[str] = []

    def is_being_written(_self: HotFolder, source) -> bool:
        asked.append(source.name)
        return source.name == "a.png" and asked.count("a.png") < 3

    monkeypatch.setattr(HotFolder, "is_being_written", is_being_written)
    hot.run_all()
    assert hot.reader.read_names == ["b.png", "a.png"]


def test_what_is_no_fault_of_the_file_is_tried_again(hot: Hot) -> None:
    hot.put("a.png")
    hot.reader.faults["a.png"] = [Unavailable("No process can be started.")] * 5
    hot.run_all()
    assert len(hot.reader.read_names) == 6
    assert _files(hot.done) == ["a.png"]


def test_what_may_be_the_fault_of_the_file_is_tried_three_times(hot: Hot) -> None:
    hot.put("once.png")
    hot.put("always.png")
    hot.reader.faults = {
        "once.png": [Unread("The engine failed.", again=True)],
        "always.png": [Unread("The engine failed.", again=True) for _ in range(9)],
    }
    hot.run_all()
    assert (hot.reader.read_names.count("once.png"), hot.reader.read_names.count("always.png")) == (2, 3)
    assert (_files(hot.done), _files(hot.failed)) == (["once.png"], ["always.png", "always.png.reason.txt"])


def test_a_full_disk_makes_no_file_fail(hot: Hot, monkeypatch: pytest.MonkeyPatch) -> None:
    hot.put("a.png")
    real, full = os.fsync, list[bool]()
    hot.reader.during = lambda _: full.append(True) if len(hot.reader.read_names) < 4 else None

    def fsync(descriptor: int) -> None:
        if full:
            full.pop()
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    hot.run_all()
    assert (_files(hot.done), hot.failed.exists()) == (["a.png"], False)


def test_a_file_that_cannot_be_moved_is_not_read_again(hot: Hot, monkeypatch: pytest.MonkeyPatch) -> None:
    hot.put("a.png")
    real, refusals = Path.rename, [True] * 3

    def rename(self: Path, target: Path) -> Path:
        if refusals:
            refusals.pop()
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    hot.run_all()
    assert hot.reader.read_names == ["a.png"]


@pytest.mark.parametrize("bad", [False, True])
def test_a_program_that_is_killed_before_it_moves_a_file_does_not_read_it_again(
    hot: Hot, monkeypatch: pytest.MonkeyPatch, bad: bool
) -> None:
    class Killed(BaseException):
        """Nothing catches this."""

    def rename(_self: Path, _target: Path) -> Path:
        raise Killed

    hot.put("a.png")
    hot.reader.faults["a.png"] = [Unread("The file is damaged or cut off.")] if bad else []
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(Killed):
            hot.run_all()
    assert hot.left() == ["a.png"]
    hot.run_all()
    assert hot.reader.read_names == ["a.png"]
    assert _files(hot.failed if bad else hot.done)[0] == "a.png"


def test_a_file_that_is_put_back_is_read_again_also_after_a_start(hot: Hot) -> None:
    hot.put("a.png")
    hot.reader.faults["a.png"] = [Unread("The file is encrypted.")]
    hot.run_all()
    (hot.failed / "a.png").rename(hot.watched / "a.png")
    hot.run_all()
    assert hot.reader.read_names == ["a.png", "a.png"]
    assert _files(hot.done) == ["a.png"]


def test_files_in_work_are_finished_when_it_is_told_to_stop(hot: Hot) -> None:
    hot.put("a.png")
    hot.reader.gate.clear()

    def let_go(_name: str) -> None:
        asyncio.get_running_loop().call_later(0.05, hot.reader.gate.set)

    hot.reader.during = let_go
    hot.run_until(lambda: bool(hot.reader.read_names))
    assert _files(hot.done) == ["a.png"]


def test_a_second_signal_leaves_files_for_the_next_start(hot: Hot) -> None:
    hot.put("a.png")
    hot.reader.gate.clear()
    hot.run_until(lambda: bool(hot.reader.read_names), hurried=True)
    assert (hot.left(), _files(hot.results)) == (["a.png"], [WATCH.RECORD])
    hot.reader.gate.set()
    hot.run_all()
    assert _files(hot.done) == ["a.png"]


def test_an_engine_that_hangs_ends_the_program(hot: Hot) -> None:
    hot.put("a.png")
    hot.reader.faults["a.png"] = [Failure("The engine hangs.")]
    with pytest.raises(Failure, match="hangs"):
        hot.run_all()
    assert hot.left() == ["a.png"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("in", "in"), "OUT: 'in' must not be the watched folder"),
        (("in", "."), "OUT: '.' must not be the watched folder, nor hold it"),
        (("in", "out", "--done", "in"), "--done: 'in' must not be"),
        (("in", "out", "--failed", "file"), "--failed: 'file' cannot be a folder"),
        (("in", "out", "--settle", "0"), "--settle"),
        (("in", "out", "--format", "x"), "--format: 'x' is no format"),
        (("none", "out"), "none"),
    ],
)
def test_wrong_folders_and_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "file").touch()
    result = run("watch", *arguments)
    assert result.exit_code == MISCONFIGURED
    assert told in result.stderr


@pytest.mark.parametrize("folder", ["in", "out"])
def test_two_programs_do_not_use_one_folder(tmp_path: Path, folder: str) -> None:
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    with FileLock(tmp_path / folder / WATCH.LOCK):
        result = run("watch", tmp_path / "in", tmp_path / "out")
    assert result.exit_code == FAILED
    assert f"Another 'ppocr-server watch' uses '{tmp_path / folder}'." in result.stderr
