"""Reads whole files of limited size, and regular ones only. A FIFO would wait for ever, and a device may never end."""

import errno
import os
import stat
from pathlib import Path

MAX_TEXT_BYTES = 16 * 1024 * 1024
"""For files that people or tools write as text: configurations, manifests, keys and descriptions of models."""

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_regular_file(path: Path, max_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """Read a file.

    Args:
        path: of the file. Links are followed.
        max_bytes: a larger file is not read.

    Raises:
        OSError: the file cannot be read, is not a regular one, or is too large. ``strerror`` says which.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # opening a FIFO must not wait either
    except ValueError as error:
        raise OSError(errno.EINVAL, "The name holds a character that no file name can have") from error
    try:
        _require_regular(os.fstat(descriptor).st_mode)
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(max_bytes + 1)
    finally:
        os.close(descriptor)
    if len(content) > max_bytes:
        raise OSError(errno.EFBIG, f"It is larger than {max_bytes} bytes")
    return content


def _require_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = next((words for is_kind, words in _KINDS if is_kind(mode)), "something else")
        raise OSError(errno.EINVAL, f"It is {kind}, and not a regular file")
