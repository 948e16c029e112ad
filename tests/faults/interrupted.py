"""Many files are read while the program is killed and started again; then it is counted what became of each.

The short form is a test, the long one is `benchmarks/hot_folder.py`.
"""

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from server.cli.documents.results import UNFINISHED_END
from tests.faults.logged_command import page_id
from tests.faults.pages import page, text_of
from tests.unit.server.apps import locked, pdf

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)
"""The interruptions, in order."""
PATIENCE_SECONDS = 900.0
LOOK_SECONDS = 0.05
SETTLE_SECONDS = 0.5
FOLDERS = ("", "sub", "sub/deeper", os.fsdecode(b"caf\xe9 \xe9t\xe9"), "名前")
BAD: Mapping[str, bytes] = {
    "empty.png": b"",
    "words.png": b"These are words and no picture.",
    "cut.png": page(0)[:200],
    "cut.pdf": b"%PDF-1.4\n1 0 obj",
    "locked.pdf": locked(pdf(1), "a password"),
    "noise.jpg": b"\x00\x01\x02" * 100,
}
"""Files that cannot be read."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a folder.

    Attributes:
        good: the number of each by its name.
        bad: the names of the others.
        pages: the number of the file of each page, by the page's id.
    """

    good: Mapping[str, int]
    bad: frozenset[str]
    pages: Mapping[str, int]


@dataclass(slots=True)
class Outcome:
    """The counts at the end.

    Attributes:
        results: complete ones, of the right file.
        reasons: of files that could not be read.
        wrong: names of results with another text.
        read_again: pages that were read although their result had been complete before.
        read_twice: pages whose reading was interrupted, so that they had to be read again.
        left: files that are still where they were, and unfinished results.
        exit_status: of the last run.
    """

    results: int = 0
    reasons: int = 0
    wrong: list[str] = field(default_factory=list)
    read_again: list[str] = field(default_factory=list)
    read_twice: int = 0
    left: list[str] = field(default_factory=list)
    exit_status: int | None = None


def make_files(folder: Path, count: int, bad: int) -> Files:
    """Make so many files, of which some are bad, in several folders."""
    good, pages, broken = dict[str, int](), dict[str, int](), set[str]()
    kinds = list(BAD.items())
    for number in range(count):
        place = folder / FOLDERS[number % len(FOLDERS)]
        place.mkdir(parents=True, exist_ok=True)
        if number % (count // bad) == 0 and len(broken) < bad:
            name, content = kinds[len(broken) % len(kinds)]
            file = place / f"{number} {name}"
            broken.add(str(file.relative_to(folder)))
        else:
            # Neighbours differ in nothing but their endings.
            file = place / (f"page {number}.png" if number % 2 else f"page {number + 1}.bmp")
            content = page(number) if number % 2 else _as_bmp(page(number))
            good[str(file.relative_to(folder))] = number
            pages[page_id(_pixels(content))] = number
        file.write_bytes(content)
    return Files(good, frozenset(broken), pages)


def _pixels(content: bytes) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return pixels


def _as_bmp(content: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(content)).convert("RGB").save(buffer, "BMP")
    return buffer.getvalue()


class Interrupted:
    """Runs a command again and again.

    Args:
        work: a folder of its own, with the files in ``in``.
        files: that lie there.
        arguments: of ``ppocr-server``.
        stub: whether pages are read without models.
        seed: of the moments of the interruptions.
    """

    def __init__(self, work: Path, files: Files, arguments: Sequence[str], *, stub: bool, seed: int = 1) -> None:
        self._work = work
        self._files = files
        self._arguments = arguments
        self._stub = stub
        self._chance = random.Random(seed)
        self._log = work / "reads"
        self.outcome = Outcome()
        self.said = ""

    @property
    def results(self) -> Path:
        return self._work / "out"

    def interrupt(self, number: signal.Signals) -> None:
        """Start the program, and send it a signal after some more results."""
        before = self._begin()
        rest = len(self._files.good) - len(before)
        wanted = len(before) + self._chance.randint(1, max(1, rest // 3))
        with self._running() as process:
            _wait_until(lambda: len(self.complete()) >= wanted or process.poll() is not None)
            process.send_signal(number)
            process.wait(PATIENCE_SECONDS)
        self._end(before)

    def finish(self, is_over: Callable[[], bool]) -> None:
        """Start the program for the last time. If it does not end by itself, it is told to when all is over."""
        before = self._begin()
        with self._running() as process:
            _wait_until(lambda: is_over() or process.poll() is not None)
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            self.outcome.exit_status = process.wait(PATIENCE_SECONDS)
        self._end(before)
        self.outcome.results = len(self.complete())
        self.outcome.wrong = [name for name in self.complete() if not self._is_right(name)]
        self.outcome.read_twice = sum(count - 1 for count in Counter(self._reads()).values())

    def complete(self) -> frozenset[str]:
        """The names of the files whose results are there."""
        return frozenset(name for name in self._files.good if (self.results / f"{name}.txt").exists())

    def _is_right(self, name: str) -> bool:
        text = (self.results / f"{name}.txt").read_text(encoding="utf-8")
        number = self._files.good[name]
        if self._stub:
            return self._files.pages.get(text.strip()) == number
        return text_of(number) in text

    def _begin(self) -> frozenset[str]:
        self._already = len(self._reads())
        return self.complete()

    def _end(self, before: frozenset[str]) -> None:
        """Compare what was read in a run with the results that were complete before it."""
        numbers = {self._files.good[name] for name in before}
        new = self._reads()[self._already :]
        self.outcome.read_again += [page for page in new if self._files.pages[page] in numbers]
        self.outcome.read_again += [page for page, count in Counter(new).items() if count > 1]

    def _reads(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    @contextmanager
    def _running(self) -> Iterator["subprocess.Popen[str]"]:
        environment = {**os.environ, "READS": str(self._log)} | ({"STUB": "1"} if self._stub else {})
        command = [sys.executable, "-m", "tests.faults.logged_command", *self._arguments]
        with (self._work / "said").open("w+", encoding="utf-8") as said:
            process = subprocess.Popen(command, env=environment, stdout=said, stderr=said, text=True)
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()
                said.seek(0)
                self.said = said.read()


def _wait_until(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_true() and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)


def watch_folder(work: Path, count: int, bad: int, *, stub: bool, options: Sequence[str] = ()) -> Interrupted:
    """Let the files of a hot folder be read, with interruptions."""
    watched = work / "in"
    files = make_files(watched, count, bad)
    arguments = ["watch", str(watched), str(work / "out"), "--settle", str(SETTLE_SECONDS), *options]
    run = Interrupted(work, files, arguments, stub=stub)

    def left() -> list[str]:
        return [name for name in (*files.good, *files.bad) if (watched / name).exists()]

    for number in SIGNALS:
        run.interrupt(number)
    run.finish(lambda: not left())
    run.outcome.left += [*left(), *(path.name for path in work.rglob(f"*{UNFINISHED_END}"))]
    done, failed = watched / "done", watched / "failed"
    run.outcome.left += [name for name in files.good if not (done / name).exists()]
    reasons = [failed / f"{name}.reason.txt" for name in files.bad if (failed / name).exists()]
    run.outcome.reasons = sum(path.exists() and path.read_text(encoding="utf-8").strip() != "" for path in reasons)
    return run


def read_folder(work: Path, count: int, bad: int, *, stub: bool, options: Sequence[str] = ()) -> Interrupted:
    """Let ``ocr --resume`` read the files of a folder, with interruptions."""
    folder = work / "in"
    files = make_files(folder, count, bad)
    arguments = ["ocr", str(folder), "--output", str(work / "out"), "--resume", *options]
    run = Interrupted(work, files, arguments, stub=stub)
    for number in SIGNALS:
        run.interrupt(number)
    run.finish(lambda: False)
    last = run.said.splitlines()[-len(files.bad) - 1 : -1]
    run.outcome.reasons = sum(": The file is " in line for line in last)
    return run
