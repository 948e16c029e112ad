"""The record of a folder of results: of which file each result was made, so that none is made twice.

An entry is written before the results of a file get their names, and holds the time of each. It counts only if all of
its results are there and none is older. So a program that was killed in between leaves an entry that does not count.
"""

import json
import os
import threading
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from server.cli.documents.sources import Stamp

FORGOTTEN = "forgotten"
FEW = 1000
"""Entries that are out of date may stay in the file in such a number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that was read.

    Attributes:
        source: its place below the folder that it came from.
        size: of the file, in bytes.
        mtime_ns: of the file.
        reading: how it was read, see `Record`.
        name: its results have this name, and an end each.
        results: the time of each result in nanoseconds, by its end.
        reason: why there is no result; empty if there is one.
    """

    source: str
    size: int
    mtime_ns: int
    reading: str
    name: str
    results: Mapping[str, int]
    reason: str = ""


class Record:
    """The entries of a folder, the last one of each file. Several threads may use it.

    Args:
        folder: of the results.
        file_name: of the record in it.
        reading: how files are read, in any words. Entries of other words do not count.

    Raises:
        OSError: the record cannot be read.
    """

    def __init__(self, folder: Path, file_name: str, reading: str) -> None:
        self._folder = folder
        self._file = folder / file_name
        self._reading = reading
        self._entries: dict[str, Entry] = {}
        self._lines = 0
        self._torn = False
        self._lock = threading.Lock()
        self._load()

    def find(self, source: str, stamp: Stamp) -> Entry | None:
        """The entry of a file, if the file is still the same and was read in the same way."""
        entry = self._entries.get(source)
        if entry is None or (entry.size, entry.mtime_ns) != (stamp.size, stamp.mtime_ns):
            return None
        return entry if entry.reading == self._reading else None

    def is_complete(self, entry: Entry) -> bool:
        """Whether all results of an entry are there, and none is an older one."""
        try:
            return bool(entry.results) and all(
                (self._folder / f"{entry.name}{end}").stat().st_mtime_ns >= time for end, time in entry.results.items()
            )
        except OSError:
            return False

    def note(
        self, source: str, stamp: Stamp, name: str, results: Mapping[str, int] | None = None, reason: str = ""
    ) -> Entry:
        """Write an entry to the disk.

        Raises:
            OSError: it cannot be written.
        """
        entry = Entry(source, stamp.size, stamp.mtime_ns, self._reading, name, results or {}, reason)
        with self._lock:
            line = b"\n" * self._torn + _line(entry)
            self._torn = True  # until all of it is there
            with self._file.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            self._torn = False
            self._entries[source] = entry
            self._lines += 1
        return entry

    def forget(self, source: str) -> None:
        """Drop the entry of a file that has gone. The file of the record shrinks now and then.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            if self._entries.pop(source, None) is None:
                return
            with self._file.open("ab") as file:
                file.write(json.dumps({FORGOTTEN: source}).encode("ascii") + b"\n")
            self._lines += 1
            if self._lines - len(self._entries) > FEW:
                self._write_anew()

    def keep_only(self, sources: Collection[str]) -> None:
        """Drop the entries of all other files.

        Raises:
            OSError: it cannot be written.
        """
        with self._lock:
            self._entries = {source: self._entries[source] for source in sources if source in self._entries}
            self._write_anew()

    def _load(self) -> None:
        try:
            lines = self._file.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return
        for line in lines:
            found = _read(line)
            if isinstance(found, Entry):
                self._entries[found.source] = found
            elif found is not None:
                self._entries.pop(found, None)
        self._lines = len(lines)
        self._torn = bool(lines) and not lines[-1].endswith(b"\n")

    def _write_anew(self) -> None:
        fresh = self._file.with_name(f"{self._file.name}.new")
        with fresh.open("wb") as file:
            file.writelines(map(_line, self._entries.values()))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file)
        self._lines, self._torn = len(self._entries), False


def _line(entry: Entry) -> bytes:
    return json.dumps(asdict(entry)).encode("ascii") + b"\n"


def _read(line: bytes) -> Entry | str | None:
    """Read a line: an entry, or the file whose entry is dropped. A line that is half written is none."""
    try:
        found = json.loads(line)
        return str(found[FORGOTTEN]) if FORGOTTEN in found else Entry(**found)
    except (ValueError, TypeError):
        return None
