"""What a worker needs of a format's reader. Runs in a worker only."""

import mmap
import os
from collections.abc import Callable
from typing import Protocol

BYTES_PER_PIXEL = 3


class Unreadable(Exception):
    """The file, or this page of it, cannot be read."""


class Encrypted(Unreadable):
    """The file is encrypted, and there is no password or a wrong one."""


class Reader(Protocol):
    """One open file."""

    @property
    def total(self) -> int:
        """Pages or frames in the file."""
        ...

    def sizes(self, count: int, /) -> tuple[tuple[float, float], ...]:
        """Width and height of each of the first ``count`` pages: points in a PDF, else pixels."""
        ...

    def draw(self, index: int, size: tuple[int, int], scale: float, target: int, /) -> None:
        """Decode a page into the memory behind the descriptor ``target``.

        It takes packed BGR rows of exactly ``size`` (width, height) pixels. Mapped by the reader, because the mapping
        counts against the worker's memory: a decoder that has pixels of its own needs that memory first.

        Raises:
            Unreadable: damaged, or of another size.
        """
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


Opener = Callable[[int, str | None], Reader]
"""Opens the file behind a descriptor, which stays the caller's to close, with a password if there is one."""


def map_target(descriptor: int) -> mmap.mmap:
    """The memory that a result is written into, of which only a part may be needed."""
    return mmap.mmap(descriptor, os.fstat(descriptor).st_size)


def map_page(descriptor: int) -> mmap.mmap:
    """The memory that a page is drawn into. All of it will be: asked for at once it comes in half the time."""
    size = os.fstat(descriptor).st_size
    return mmap.mmap(descriptor, size, flags=mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0))


def read_whole(descriptor: int) -> bytes:
    """All bytes of a file, wherever its descriptor's position is."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
