"""``ppocr-server watch``: a hot folder, whose files are read as they come, until the program is told to stop.

What is done with a file is on the disk before the file moves. So a program that is killed and started again reads no
file twice whose results were complete, and loses none.
"""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from server.cli.documents.forms import Results
from server.cli.documents.hot_folder import HotFolder
from server.cli.documents.progress import status_drawn
from server.cli.documents.reader import Document, Reader, Unavailable, Unread, load_source
from server.cli.documents.reading import DocumentReading, ReadingOptions
from server.cli.documents.record import Entry, Record
from server.cli.documents.results import delete_unfinished, save
from server.cli.documents.sources import Source, Stamp
from server.cli.documents.writers import ignore_broken_leases
from server.cli.failures import Failure, Misconfigured
from server.cli.output_folder import make_folder
from server.cli.screen import BEGUN, say

RECORD, LOCK = ".ppocr-server-watch.jsonl", ".ppocr-server-watch.lock"
LOOK_SECONDS = 1.0
"""The folder is looked through so often, or more often if files settle sooner."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds until the next try after one that failed without the file's fault. They double."""
MOST_TRIES = 3
"""Tries of a file whose failure may be a fault of the engine or of the file."""
GRACE_SECONDS = 60.0
"""Files that are being read when the program is told to stop get so long. The next start reads what is unfinished."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of a command line. ``done`` and ``failed`` lie in the watched one unless others are named."""

    watched: Path
    results: Path
    done: Path
    failed: Path


class _Later(Exception):
    """This file cannot be read now. It is tried again later. The message says why, if anybody needs to know."""


@dataclass(slots=True)
class _Trouble:
    """A file that is not read yet, although it was tried.

    Attributes:
        tries: those that failed and may have been the file's fault.
        pauses: how often it was put off.
        not_before: event loop time of the next try.
        told: what was said of it last.
    """

    tries: int = 0
    pauses: int = 0
    not_before: float = 0.0
    told: str = ""


class Watch:
    """Reads what comes into a hot folder.

    Args:
        reading: of all documents.
        reader: that is open.
        hot: the folder.
        results: the folder for results.
        record: of the results.
        look_seconds: the time between two looks at the folder.

    Attributes:
        done: files that were read.
        failed: files that could not be read.
    """

    def __init__(
        self,
        reading: DocumentReading,
        reader: Reader,
        hot: HotFolder,
        results: Path,
        record: Record,
        look_seconds: float,
    ) -> None:
        self._reading = reading
        self._reader = reader
        self._hot = hot
        self._results = results
        self._record = record
        self._look_seconds = look_seconds
        self._complete: deque[tuple[Source, Stamp]] = deque()
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._names: dict[str, str] = {}
        self._troubles: dict[str, _Trouble] = {}
        self._unreadable: set[Path] = set()
        self.done = self.failed = 0

    @property
    def at_work(self) -> int:
        """Files that are being read."""
        return len(self._at_work)

    async def run(self, stop: asyncio.Event, hurry: asyncio.Event) -> None:
        """Read until told to stop. Then the files that are being read may finish.

        Args:
            stop: begin no more files.
            hurry: give up those that are being read.

        Raises:
            Failure: nothing can be read any more.
            OSError: the record cannot be written.
        """
        try:
            present = await self._look()
            await asyncio.to_thread(self._record.keep_only, present)
            await self._watch(stop)
            if self._at_work:
                say(f"Stopping. {self.at_work} files are finished first; another signal gives them up.")
                await _finished(self._at_work.values(), hurry)
        finally:
            tasks = list(self._at_work.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        next_look = loop.time()
        while not stop.is_set():
            if loop.time() >= next_look:
                begin = loop.time()
                await self._look()
                # A large folder on a slow disk is not looked through all the time.
                next_look = loop.time() + max(self._look_seconds, loop.time() - begin)
            self._begin_files()
            await self._wait(stop, next_look - loop.time())

    async def _look(self) -> frozenset[str]:
        """Look at the folder. Returns the names of all files in it, also of those that are not complete."""
        settled, found = await asyncio.to_thread(self._hot.look)
        self._complete = deque(settled)
        unreadable = {path for path, _ in found.unreadable}
        for path, reason in found.unreadable:
            if path not in self._unreadable:
                say(f"{path}: cannot be looked at: {reason}.")
        self._unreadable = unreadable
        present = frozenset(source.name for source, _ in found.sources)
        for name in self._troubles.keys() - present:
            del self._troubles[name]
        return present

    def _begin_files(self) -> None:
        """Begin as many complete files as there is room for."""
        now = asyncio.get_running_loop().time()
        while self._complete and len(self._at_work) < self._reading.at_once:
            source, stamp = self._complete.popleft()
            trouble = self._troubles.get(source.name)
            if source.name not in self._at_work and (trouble is None or trouble.not_before <= now):
                self._at_work[source.name] = asyncio.create_task(self._handle(source, stamp))

    async def _wait(self, stop: asyncio.Event, seconds: float) -> None:
        """Wait until a file is done with, or told to stop, or for so long. A failure of a task ends everything."""
        stopping = asyncio.create_task(stop.wait())
        waited = {stopping, *self._at_work.values()}
        await asyncio.wait(waited, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for name, task in list(self._at_work.items()):
            if task.done():
                del self._at_work[name]
                task.result()

    async def _handle(self, source: Source, stamp: Stamp) -> None:
        """Read a file if it is not read yet, and move it. What goes wrong without its fault is tried again later."""
        try:
            entry = self._record.find(source.name, stamp)
            if entry is None or not await asyncio.to_thread(self._is_settled, entry):
                entry = await self._read(source, stamp, entry)
            await self._finish(source, stamp, entry)
        except (_Later, Unavailable) as error:
            self._put_off(source, str(error))
        except OSError as error:
            where = f"'{error.filename}': " if error.filename else ""
            self._put_off(source, f"{where}{error.strerror or type(error).__name__}.")
        finally:
            self._names.pop(source.name, None)

    def _is_settled(self, entry: Entry) -> bool:
        """Whether a file with this entry need not be read again."""
        return bool(entry.reason) or self._record.is_complete(entry)

    async def _read(self, source: Source, stamp: Stamp, before: Entry | None) -> Entry:
        """Read a file and write its results, or note why there are none.

        Raises:
            _Later: it is being written, or it changed, or another try may help.
            Unavailable: nothing can be read now.
            OSError: the results cannot be written.
        """
        if await asyncio.to_thread(self._hot.is_being_written, source):
            raise _Later
        name = self._name_for(source, before)
        try:
            data, opened = await asyncio.to_thread(load_source, source.path, self._reading.max_bytes)
            if opened != stamp:
                raise _Later
            warn = partial(_warn, source)
            results = await self._reader.read(Document(Path(source.name), data, warn=warn))
        except FileNotFoundError as error:
            raise _Later from error
        except Unread as error:
            self._require_same(source, stamp)
            if error.again and self._is_tried_again(source):
                raise _Later(f"{error} The file is tried again.") from error
            return await asyncio.to_thread(self._record.note, source.name, stamp, name, None, str(error))
        self._require_same(source, stamp)
        return await asyncio.to_thread(self._save, source, stamp, name, results)

    def _require_same(self, source: Source, stamp: Stamp) -> None:
        if not self._hot.is_same(source, stamp):
            raise _Later

    def _is_tried_again(self, source: Source) -> bool:
        trouble = self._troubles.setdefault(source.name, _Trouble())
        trouble.tries += 1
        return trouble.tries < MOST_TRIES

    def _name_for(self, source: Source, before: Entry | None) -> str:
        """The name of the results: that of a try that was interrupted, or one that no other file has."""
        if before is not None:
            return before.name
        ends, others = self._reading.forms.ends, set(self._names.values())

        def is_taken(name: str) -> bool:
            return name in others or any((self._results / f"{name}{end}").exists() for end in ends)

        self._names[source.name] = self._hot.free_name(source.name, is_taken)
        return self._names[source.name]

    def _save(self, source: Source, stamp: Stamp, name: str, results: Results) -> Entry:
        noted: list[Entry] = []

        def note(times: Mapping[str, int]) -> None:
            noted.append(self._record.note(source.name, stamp, name, times))

        save(self._results, name, results, note)
        return noted[0]

    async def _finish(self, source: Source, stamp: Stamp, entry: Entry) -> None:
        """Move a file whose entry is on the disk."""
        if entry.reason:
            moved = await asyncio.to_thread(self._hot.move_to_failed, source, stamp, entry.name, entry.reason)
        else:
            moved = await asyncio.to_thread(self._hot.move_to_done, source, stamp, entry.name)
        if not moved:
            return
        await asyncio.to_thread(self._record.forget, source.name)
        self._troubles.pop(source.name, None)
        self.failed += bool(entry.reason)
        self.done += not entry.reason
        say(f"{source.name}: {entry.reason or 'done'}")

    def _put_off(self, source: Source, reason: str) -> None:
        """Try a file again after a pause, which is short if nothing went wrong."""
        trouble = self._troubles.setdefault(source.name, _Trouble())
        pause = min(FIRST_PAUSE * 2.0**trouble.pauses, LONGEST_PAUSE) if reason else self._look_seconds
        trouble.pauses += bool(reason)
        trouble.not_before = asyncio.get_running_loop().time() + pause
        if reason and reason != trouble.told:
            trouble.told = reason
            say(f"{source.name}: not read yet: {reason}")


def _warn(source: Source, line: str) -> None:
    say(f"{source.name}: {line}")


async def _finished(tasks: Iterable["asyncio.Task[None]"], hurry: asyncio.Event) -> None:
    """Wait until tasks have ended, for a while, or until they are to be given up."""
    hurrying = asyncio.create_task(hurry.wait())
    everything = asyncio.gather(*tasks, return_exceptions=True)
    ends: set[asyncio.Future[Any]] = {hurrying, everything}
    await asyncio.wait(ends, timeout=GRACE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    hurrying.cancel()


def watch_folder(options: ReadingOptions, folders: Folders, settle_seconds: float) -> None:
    """Read what comes into a folder until SIGTERM or SIGINT.

    Args:
        options: of the reading.
        folders: of files and results.
        settle_seconds: a file is complete when it has not changed for so long.

    Raises:
        ConfigurationError, OcrError: nothing can be read at all.
        Misconfigured: an option is wrong.
        Failure: another program watches the folder, or nothing can be read any more.
    """
    reading = DocumentReading(options)
    _check_folders(folders)
    ignore_broken_leases()
    with _alone_in(folders.watched), _alone_in(folders.results):
        for folder in (folders.results, folders.done, folders.failed):
            delete_unfinished(folder)
        record = Record(folders.results, RECORD, reading.description)
        hot = HotFolder(folders.watched, folders.done, folders.failed, folders.results, settle_seconds)
        asyncio.run(_run(reading, hot, folders, record, min(LOOK_SECONDS, settle_seconds)))


async def _run(reading: DocumentReading, hot: HotFolder, folders: Folders, record: Record, look_seconds: float) -> None:
    stop, hurry = asyncio.Event(), asyncio.Event()

    def end() -> None:
        (hurry if stop.is_set() else stop).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    watch: Watch | None = None

    def status() -> str:
        if watch is None:
            return BEGUN
        return f"Watching: {watch.at_work} files are being read, {watch.done} done, {watch.failed} failed"

    async with status_drawn(status), reading.opened() as reader:
        watch = Watch(reading, reader, hot, folders.results, record, look_seconds)
        say(f"Watching '{folders.watched}'.")
        await watch.run(stop, hurry)
    say(f"Stopped: {watch.done} files done, {watch.failed} failed.")


def _check_folders(folders: Folders) -> None:
    """Make the folders. Files or results must not come back into the watched one as new files."""
    watched = folders.watched.resolve()
    for folder, option in ((folders.results, "OUT"), (folders.done, "--done"), (folders.failed, "--failed")):
        make_folder(folder, option)
        if watched.is_relative_to(folder.resolve()):
            raise Misconfigured(f"{option}: '{folder}' must not be the watched folder, nor hold it.")
    if not os.access(folders.watched, os.W_OK | os.X_OK):
        raise Misconfigured(f"IN: '{folders.watched}' cannot be written to, and files must be moved out of it.")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other programs of this kind out of a folder. The lock ends with this process, however that ends."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Failure(f"Another 'ppocr-server watch' uses '{folder}'.") from error
    try:
        yield
    finally:
        lock.release()
