"""Anonymous memory that decode workers read files from, and that they write pages and results to."""

import fcntl
import itertools
import os
from typing import Self

import numpy as np

from models.document import Image
from server.children.shared_memory import FilledMemory

_numbers = itertools.count(1)


class SharedFile:
    """A file's bytes in anonymous memory, read-only for everyone from now on.

    Whoever makes it holds it, and so does every job in flight; the last to release it frees the memory. Holds are
    counted on the event loop's thread alone.

    Attributes:
        number: unique in this process; workers know the file by it.
        password: opens the file, where it is encrypted.
        finished: set once no further job will ask for it, so that a busy worker closes it too.
    """

    def __init__(self, data: bytes, password: str | None = None) -> None:
        self.number = next(_numbers)
        self.password = password
        self.finished = False
        self._memory = FilledMemory("document", data, os.MFD_ALLOW_SEALING)
        self.descriptor = self._memory.descriptor
        self._holds = 1
        _seal(self.descriptor)

    def hold(self) -> None:
        """Keep the memory for one more holder."""
        self._holds += 1

    def release(self) -> None:
        """Let go; the last one frees the memory."""
        self._holds -= 1
        if self._holds == 0:
            self._memory.close()


class SharedPixels:
    """Memory of exactly one page's size, for a worker to fill. Use as a context manager."""

    def __init__(self, width: int, height: int) -> None:
        self._shape = (height, width, 3)
        self.descriptor = os.memfd_create("page", os.MFD_CLOEXEC)
        os.ftruncate(self.descriptor, height * width * 3)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def copy(self) -> Image:
        """The pixels as an array of our own: what the worker does to its memory later is of no consequence.

        Read, not mapped, because a worker could shrink a mapping under us.

        Raises:
            EOFError: the memory is smaller than it was.
        """
        image = np.empty(self._shape, np.uint8)
        view, done = image.reshape(-1).data, 0
        while done < len(view):
            count = os.preadv(self.descriptor, [view[done:]], done)
            if count == 0:
                raise EOFError
            done += count
        return image


class SharedResult:
    """Memory for whatever a worker makes of a file, up to a length. Only what is written takes up memory.

    Use as a context manager.
    """

    def __init__(self, capacity: int) -> None:
        self.descriptor = os.memfd_create("result", os.MFD_CLOEXEC)
        os.ftruncate(self.descriptor, capacity)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def read(self, length: int) -> bytes:
        """The first ``length`` bytes.

        Raises:
            EOFError: there are not so many.
        """
        parts, done = bytearray(), 0
        while done < length:
            part = os.pread(self.descriptor, length - done, done)
            if not part:
                raise EOFError
            parts += part
            done += len(part)
        return bytes(parts)


def _seal(descriptor: int) -> None:
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
