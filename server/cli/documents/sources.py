"""Finds the files to read: those that are named, and those below folders.

Links below a folder are not followed, so nothing outside of it is read and no loop is walked. Special files are left
alone. So are hidden ones, and those whose names say that they are not complete.
"""

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.intake.sniff import OFFICE_EXTENSIONS, PDF_HEADER, PDF_HEADER_WITHIN, sniff_kind

IMAGE_ENDS = frozenset({
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".webp",
    ".jp2", ".j2k", ".jpx", ".j2c", ".jpc", ".pbm", ".pgm", ".ppm", ".pnm", ".pam", ".pfm",
})  # fmt: skip
SOURCE_ENDS = IMAGE_ENDS | OFFICE_EXTENSIONS | {".pdf"}
TEMPORARY_ENDS = ("~", ".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp")
HEAD_BYTES = PDF_HEADER_WITHIN + len(PDF_HEADER)

Place = tuple[int, int]
"""The device and the number of a folder: the same for all of its names."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp changes if a file is replaced or written: its number, size in bytes, and time in nanoseconds."""

    number: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Stamp":
        """The stamp of a file."""
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    Attributes:
        path: of the file.
        name: its place below the folder that was given, or its own name. Its results lie at this place.
    """

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """The files below a folder.

    Attributes:
        sources: with their stamps, in the order of their names.
        unreadable: folders and files that cannot be looked at, with the reason.
        left_alone: the number of other entries, by what they are.
    """

    sources: list[tuple[Source, Stamp]] = field(default_factory=list)
    unreadable: list[tuple[Path, str]] = field(default_factory=list)
    left_alone: Counter[str] = field(default_factory=Counter)


def place_of(folder: Path) -> Place | None:
    """The place of a folder; None if there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_temporary(name: str) -> bool:
    """Whether a name says that the file is hidden or not complete."""
    return name.startswith((".", "~")) or name.lower().endswith(TEMPORARY_ENDS)


def looks_readable(path: Path) -> bool:
    """Whether a file may be one that can be read, by the end of its name or by its first bytes.

    Raises:
        OSError: the name says nothing, and the file cannot be opened.
    """
    if path.suffix.lower() in SOURCE_ENDS:
        return True
    with path.open("rb") as file:
        return sniff_kind(file.read(HEAD_BYTES)) is not None


def below(folder: Path, without: Collection[Place] = (), *, every_kind: bool = False) -> Found:
    """Find the files below a folder, in all of its folders.

    Args:
        folder: a link to a folder is followed here.
        without: folders that are not looked into.
        every_kind: take files of every kind. Otherwise only those that may be readable are taken.
    """
    found = Found()
    waiting = [("", folder)]
    while waiting:
        prefix, here = waiting.pop()
        folders = []
        for entry in _entries(here, found):
            name = f"{prefix}{entry.name}"
            if is_temporary(entry.name):
                found.left_alone["hidden or temporary files"] += 1
            elif _is_folder(entry, without):
                folders.append((f"{name}/", here / entry.name))
            else:
                _take(entry, Source(here / entry.name, name), found, every_kind=every_kind)
        waiting += reversed(folders)
    return found


def _entries(folder: Path, found: Found) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        found.unreadable.append((folder, error.strerror or type(error).__name__))


def _is_folder(entry: os.DirEntry[str], without: Collection[Place]) -> bool:
    """Whether an entry is a folder to look into. A folder of ``without`` counts as no folder."""
    if not entry.is_dir(follow_symlinks=False):
        return False
    return place_of(Path(entry.path)) not in without


def _take(entry: os.DirEntry[str], source: Source, found: Found, *, every_kind: bool) -> None:
    if entry.is_dir(follow_symlinks=False):
        return
    try:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            found.left_alone["links"] += 1
        elif not stat.S_ISREG(status.st_mode):
            found.left_alone["special files"] += 1
        elif every_kind or looks_readable(source.path):
            found.sources.append((source, Stamp.of(status)))
        else:
            found.left_alone["files of other kinds"] += 1
    except FileNotFoundError:
        return  # it has gone since the folder was listed
    except OSError as error:
        found.unreadable.append((source.path, error.strerror or type(error).__name__))


def found_in(paths: Sequence[Path], without: Collection[Place]) -> Found:
    """Find the files that are given, and those below the folders that are given."""
    found = Found()
    for path in paths:
        if path.is_dir():
            inside = below(path, without)
            found.sources.extend(inside.sources)
            found.unreadable.extend(inside.unreadable)
            found.left_alone.update(inside.left_alone)
        else:
            try:
                found.sources.append((Source(path, path.name), Stamp.of(path.stat())))
            except OSError as error:
                found.unreadable.append((path, error.strerror or type(error).__name__))
    return found
