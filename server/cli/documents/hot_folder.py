"""A hot folder: finds the files that are complete, and moves them to where the others are that were read.

A file is complete when its size, time and number have not changed for a while, and the kernel knows of nobody who has
it open for writing. The folder is looked through again and again, which works on every file system.
"""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from server.cli.documents.results import UNFINISHED_END
from server.cli.documents.sources import Found, Place, Source, Stamp, below, place_of
from server.cli.documents.writers import is_being_written

REASON_END = ".reason.txt"
"""The end of the name of the file beside a failed one that says why."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    stamp: Stamp
    since: float


class HotFolder:
    """The folder, and those beside it that files move to.

    Args:
        folder: that is watched.
        done: for files that were read.
        failed: for files that could not be read.
        results: the folder of the results. If it lies in the folder, it is not looked into.
        settle_seconds: a file must stay the same for so long.
        clock: gives seconds.
    """

    def __init__(
        self,
        folder: Path,
        done: Path,
        failed: Path,
        results: Path,
        settle_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self.done = done
        self.failed = failed
        self._results = results
        self._settle_seconds = settle_seconds
        self._clock = clock
        self._seen: dict[str, _Sighting] = {}

    def look(self) -> tuple[list[tuple[Source, Stamp]], Found]:
        """Look through the folder.

        Returns:
            The files that have settled, the oldest in front. And all that was found.
        """
        others = {place_of(folder) for folder in (self.done, self.failed, self._results)}
        found = below(self._folder, frozenset[Place](place for place in others if place), every_kind=True)
        now, seen = self._clock(), dict[str, _Sighting]()
        for source, stamp in found.sources:
            before = self._seen.get(source.name)
            seen[source.name] = before if before and before.stamp == stamp else _Sighting(stamp, now)
        self._seen = seen
        settled = [item for item in found.sources if now - seen[item[0].name].since >= self._settle_seconds]
        settled.sort(key=lambda item: item[1].mtime_ns)
        return settled, found

    def is_being_written(self, source: Source) -> bool:
        """Whether somebody is known to write a file. If it cannot be opened, reading it will tell why."""
        try:
            return is_being_written(source.path)
        except OSError:
            return False

    def is_same(self, source: Source, stamp: Stamp) -> bool:
        """Whether a file is still there and as it was."""
        try:
            return Stamp.of(source.path.stat(follow_symlinks=False)) == stamp
        except OSError:
            return False

    def free_name(self, name: str, is_taken: Callable[[str], bool]) -> str:
        """The name under which a file will be kept: its own, or one with a number if another file was there before."""
        place = PurePosixPath(name)
        number, free = 1, name
        while is_taken(free) or os.path.lexists(self.done / free) or os.path.lexists(self.failed / free):
            number += 1
            free = str(place.with_name(f"{place.stem} ({number}){place.suffix}"))
        return free

    def move_to_done(self, source: Source, stamp: Stamp, name: str) -> bool:
        """Move a file that was read. Returns whether it was still the same; otherwise it stays.

        Raises:
            OSError: it cannot be moved.
        """
        return _move(source.path, stamp, self.done, self.free_name(name, lambda _: False))

    def move_to_failed(self, source: Source, stamp: Stamp, name: str, reason: str) -> bool:
        """Move a file that could not be read, and put the reason beside it.

        Raises:
            OSError: it cannot be moved.
        """
        name = self.free_name(name, lambda _: False)
        beside = self.failed / f"{name}{REASON_END}"
        beside.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(f"{reason}\n", encoding="utf-8", errors="backslashreplace")
        if _move(source.path, stamp, self.failed, name):
            return True
        beside.unlink()
        return False


def _move(path: Path, stamp: Stamp, folder: Path, name: str) -> bool:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return _move_to_other_disk(path, stamp, target)
    if Stamp.of(target.stat()) == stamp:
        return True
    # Another file took its place in the last moment. That one was not read, so it goes back.
    target.rename(path)
    return False


def _move_to_other_disk(path: Path, stamp: Stamp, target: Path) -> bool:
    copy = target.parent / f".{secrets.token_hex(8)}{UNFINISHED_END}"
    try:
        shutil.copy2(path, copy)
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        if Stamp.of(path.stat()) != stamp:
            return False
        copy.rename(target)
        path.unlink()
    finally:
        with suppress(FileNotFoundError):
            copy.unlink()
    return True
