"""Memory without a name for another process. Nothing is on disk, and nothing stays in /dev/shm if we die."""

import os
import weakref


class FilledMemory:
    """Bytes in anonymous memory. It is freed with this object.

    Args:
        name: for people. The system shows it in its lists.
        data: the content: bytes, or a view of single bytes.
        flags: of memfd_create, besides close-on-exec.

    Attributes:
        descriptor: for the other process.
        close: frees the memory now. It may be called more than once.

    Raises:
        OSError: no memory or no descriptor is left.
    """

    def __init__(self, name: str, data: bytes | memoryview, flags: int = 0) -> None:
        self.descriptor = os.memfd_create(name, os.MFD_CLOEXEC | flags)
        # This also closes it if the caller is cancelled before it gets this object.
        self.close = weakref.finalize(self, os.close, self.descriptor)
        remaining = memoryview(data)
        while remaining:
            # One call writes at most 2 GiB.
            remaining = remaining[os.write(self.descriptor, remaining) :]
