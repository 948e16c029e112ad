"""``ppocr-server ocr``: reads files and folders, and prints or saves the results."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from models.tasks import run_all
from server.cli.documents.forms import PICTURE, Results
from server.cli.documents.progress import Progress, status_drawn
from server.cli.documents.reader import Document, Reader, Unavailable, Unread, load_source
from server.cli.documents.reading import DocumentReading, ReadingOptions
from server.cli.documents.record import Record
from server.cli.documents.results import delete_unfinished, save
from server.cli.documents.sources import Found, Source, Stamp, found_in, place_of
from server.cli.failures import Failure, Misconfigured
from server.cli.output_folder import make_folder
from server.cli.screen import clear_status, has_terminal, say

RECORD = ".ppocr-server.jsonl"
"""The record of a folder of results. It begins with a dot, so it is no source and few people see it."""

STALE_SECONDS = 3600.0
"""Nobody writes one result for so long."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """A file or folder without a result, and the reason."""

    path: Path
    reason: str


class _Run:
    """One run of the command.

    Args:
        reading: of all documents.
        folder: for the results; None prints them.
        record: of the folder.
        found: the files to read.
    """

    def __init__(self, reading: DocumentReading, folder: Path | None, record: Record | None, found: Found) -> None:
        self._reading = reading
        self._folder = folder
        self._record = record
        self._sources = found.sources
        self.progress = Progress(len(found.sources))
        self.problems = [_Problem(path, f"cannot be read: {reason}.") for path, reason in found.unreadable]
        self._tells_files = folder is not None and not has_terminal()

    async def read_all(self) -> None:
        """Read every file. Printed results come in the order of the files, so one file is read at a time.

        Raises:
            Unavailable: nothing can be read any more.
        """
        async with status_drawn(self.progress.text), self._reading.opened() as reader:
            self.progress.begin()
            waiting = iter(self._sources)

            async def read_some() -> None:
                for source, _ in waiting:
                    await self._read(reader, source)

            at_once = 1 if self._folder is None else self._reading.at_once
            await run_all(read_some() for _ in range(at_once))

    async def _read(self, reader: Reader, source: Source) -> None:
        pages = _Pages(self.progress)
        try:
            data, stamp = await asyncio.to_thread(load_source, source.path, self._reading.max_bytes)
            document = Document(source.path, data, pages.opened, pages.page_read, partial(_warn, source.path))
            results = await reader.read(document)
            await self._keep(source, stamp, results)
        except FileNotFoundError:
            self._failed(source, "has gone since the folder was listed.", pages)
        except Unread as error:
            self._failed(source, str(error), pages)
        else:
            self.progress.ended()
            if self._tells_files:
                say(f"{source.path}: {pages.read} {'page' if pages.read == 1 else 'pages'}")

    def _failed(self, source: Source, reason: str, pages: "_Pages") -> None:
        self.progress.ended(failed=True, given_up=pages.unread)
        self.problems.append(_Problem(source.path, reason))
        if self._tells_files:
            say(f"{source.path}: {reason}")

    async def _keep(self, source: Source, stamp: Stamp, results: Results) -> None:
        folder, record = self._folder, self._record
        if folder is None or record is None:
            clear_status()
            for content in results.values():
                click.echo(content, nl=False)
            return
        try:
            await asyncio.to_thread(
                save, folder, source.name, results, lambda times: record.note(source.name, stamp, source.name, times)
            )
        except OSError as error:
            raise Unread(f"the result cannot be written: {error.strerror}.") from error


def _warn(path: Path, line: str) -> None:
    say(f"{path}: {line}")


class _Pages:
    """Counts the pages of one document, for itself and for the progress of all."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.read = self.unread = 0

    def opened(self, pages: int) -> None:
        self.unread = pages
        self._progress.opened(pages)

    def page_read(self) -> None:
        self.read += 1
        self.unread -= 1
        self._progress.page_read()


def read_files(options: ReadingOptions, paths: Sequence[Path], output: Path | None, *, resume: bool) -> None:
    """Read files, and those below folders, several at once. A bad one is told of at the end, and stops no other.

    Args:
        options: of the reading.
        paths: files and folders.
        output: the folder for the results; None prints them.
        resume: leave out files whose results are complete.

    Raises:
        ConfigurationError, OcrError: nothing can be read at all.
        Misconfigured: an option is wrong.
        Failure: a file could not be read.
    """
    reading = DocumentReading(options)
    folder = Path() if output is None and reading.forms.names == (PICTURE,) else output
    if folder is None and not reading.forms.printed:
        raise Misconfigured(
            f"--format: {', '.join(reading.forms.names)} cannot be printed. Name a folder with --output."
        )
    if folder is None and resume:
        raise Misconfigured(
            "--resume: there is nothing to go on with if results are printed. Name a folder with --output."
        )
    found = _found(paths, folder)
    record = None
    if folder is not None:
        _require_different_names([source for source, _ in found.sources])
        make_folder(folder, "--output")
        record = Record(folder, RECORD, reading.description)
        if resume:
            delete_unfinished(folder, STALE_SECONDS)
            _leave_out_complete(found, record)
    run = _Run(reading, folder, record, found)
    try:
        if found.sources:
            asyncio.run(run.read_all())
    except Unavailable as error:
        raise Failure(f"{error} What is not read yet stays unread; --resume goes on with it.") from error
    finally:
        for problem in run.problems:
            say(f"{problem.path}: {problem.reason}")
    if run.problems:
        raise Failure(f"{len(run.problems)} of {len(found.sources) + len(found.unreadable)} files could not be read.")


def _found(paths: Sequence[Path], folder: Path | None) -> Found:
    results = place_of(folder) if folder is not None else None
    for path in paths:
        if path.is_dir() and results is not None and place_of(path) == results:
            raise Misconfigured(f"--output: '{folder}' holds the files to read. Name another folder.")
    found = found_in(paths, () if results is None else (results,))
    if found.left_alone:
        say("Left alone: " + ", ".join(f"{kind} ({count})" for kind, count in found.left_alone.items()) + ".")
    if not found.sources and not found.unreadable:
        raise Failure("There is no file to read.")
    return found


def _leave_out_complete(found: Found, record: Record) -> None:
    rest = []
    for source, stamp in found.sources:
        entry = record.find(source.name, stamp)
        if entry is None or not record.is_complete(entry):
            rest.append((source, stamp))
    if len(rest) < len(found.sources):
        say(f"{len(found.sources) - len(rest)} of {len(found.sources)} files have complete results and are left out.")
    found.sources[:] = rest


def _require_different_names(sources: Sequence[Source]) -> None:
    repeated = [name for name, count in Counter(source.name for source in sources).items() if count > 1]
    if repeated:
        raise Misconfigured(
            f"Several files are named {repeated[0]}, so their results would have the same name. Read them in separate "
            "runs, each with its own --output."
        )
