"""Memory without a name that another process can be handed: nothing on disk, nothing left in /dev/shm if we die."""

import os
import weakref


class FilledMemory:
    """Bytes in anonymous memory, until this object goes.

    Args:
        name: shown by the system's own lists, for people.
        data: the content: bytes, or a view of single bytes.
        flags: of memfd_create, besides close-on-exec.

    Attributes:
        descriptor: for the other process.
        close: frees the memory now. It may be called more than once.

    Raises:
        OSError: there is no memory or no descriptor left.
    """

    def __init__(self, name: str, data: bytes | memoryview, flags: int = 0) -> None:
        self.descriptor = os.memfd_create(name, os.MFD_CLOEXEC | flags)
        # Also closes it where its maker was cancelled before it got hold of it.
        self.close = weakref.finalize(self, os.close, self.descriptor)
        remaining = memoryview(data)
        while remaining:
            # One call writes at most 2 GiB.
            remaining = remaining[os.write(self.descriptor, remaining) :]
