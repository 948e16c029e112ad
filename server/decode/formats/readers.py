"""The protocol of a format's reader, and its memory. Runs in a worker only."""

import mmap
import os
from collections.abc import Callable
from typing import Literal, Protocol

BYTES_PER_PIXEL = 3


PageNote = Literal["fonts_missing", "text_layer_ignored"]
"""A code of `models.reading_aids.WarningCode` that a reader may note on a page."""


class Unreadable(Exception):
    """The file, or this page of it, cannot be read."""


class Encrypted(Unreadable):
    """The file is encrypted, and there is no password or a wrong one."""


class Reader(Protocol):
    """One open file."""

    @property
    def total(self) -> int:
        """The number of pages or frames in the file."""
        ...

    def sizes(self, count: int, /) -> tuple[tuple[float, float], ...]:
        """The width and height of the first ``count`` pages: in points for a PDF, else in pixels."""
        ...

    def resolutions(self, count: int, /) -> tuple[tuple[float, float] | None, ...]:
        """The dots per inch along x and y of the first ``count`` pages, upright; None where the file says none."""
        ...

    def draw(self, index: int, size: tuple[int, int], scale: float, target: int, /) -> tuple[PageNote, ...]:
        """Decode a page into the memory behind the descriptor ``target``, and tell what is to be noted of it.

        The memory takes packed BGR rows of exactly ``size`` (width, height) pixels. The reader maps it, because the
        mapping counts as the worker's memory, and a decoder with its own pixels needs that memory first.

        Raises:
            Unreadable: the page is damaged, or has another size.
        """
        ...

    def close(self) -> None:
        """Close the file."""
        ...


Opener = Callable[[int, str | None], Reader]
"""Opens the file behind a descriptor, with a password if there is one. The caller closes the descriptor."""


def map_target(descriptor: int) -> mmap.mmap:
    """Map the memory of a result. The result may need only a part of it."""
    return mmap.mmap(descriptor, os.fstat(descriptor).st_size)


def map_page(descriptor: int) -> mmap.mmap:
    """Map the memory of a page. The page needs all of it; allocated at once, it takes half the time."""
    size = os.fstat(descriptor).st_size
    return mmap.mmap(descriptor, size, flags=mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0))


def read_whole(descriptor: int) -> bytes:
    """All bytes of a file, whatever the position of its descriptor is."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
