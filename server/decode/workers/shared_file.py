"""Anonymous memory. Decode workers read files from it, and write pages and results to it."""

import fcntl
import itertools
import os
from typing import Self

import numpy as np

from models.document import Image
from server.children.shared_memory import FilledMemory

_numbers = itertools.count(1)


class SharedFile:
    """A file's bytes in anonymous memory. No process can write them.

    Its maker holds it, and so does every command in progress. The last one that releases it frees the memory. Only the
    thread of the event loop counts these holds.

    Attributes:
        number: unique in this process. Workers identify the file by it.
        password: of an encrypted file.
        finished: set when no more commands will follow, so that a busy worker closes the file too.
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
        """Release one hold. The last one frees the memory."""
        self._holds -= 1
        if self._holds == 0:
            self._memory.close()


class SharedPixels:
    """Memory with the exact size of one page, which a worker fills. It is a context manager."""

    def __init__(self, width: int, height: int) -> None:
        self._shape = (height, width, 3)
        self.descriptor = os.memfd_create("page", os.MFD_CLOEXEC)
        os.ftruncate(self.descriptor, height * width * 3)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def copy(self) -> Image:
        """Copy the pixels. Later changes by the worker have no effect on the copy.

        The memory is read and not mapped, because a worker could shrink a mapping.

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
    """Memory for a worker's result, up to a length. Only the written part needs memory. It is a context manager."""

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
            EOFError: there are fewer.
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
