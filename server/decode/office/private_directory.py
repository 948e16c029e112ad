"""A directory for one document, gone when its work is; also where the server was killed meanwhile.

A killed server cannot tidy up. Each directory is locked for as long as its server lives, by the kernel, so that a later
server sees which ones are nobody's. Until it is locked a directory has another name, and nothing in it.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY_DIRECTORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
_NAME, _NEW = "ppocr-server-", "ppocr-new-"


@contextmanager
def private_directory() -> Iterator[Path]:
    """Make a directory that only this user may enter, in memory where the system has /dev/shm."""
    new = Path(tempfile.mkdtemp(prefix=_NEW, dir=_parent()))
    lock = os.open(new, os.O_RDONLY | os.O_DIRECTORY)
    directory = new
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        directory = new.rename(new.with_name(new.name.replace(_NEW, _NAME, 1)))
        yield directory
    finally:
        try:
            shutil.rmtree(directory)
        finally:
            # What could not be deleted is nobody's from here on, and goes with the next start.
            os.close(lock)


def remove_leftovers() -> None:
    """Delete what servers of this user left behind that are no more."""
    for directory in _parent().glob(f"{_NAME}*"):
        # Somebody else's, or gone already.
        with suppress(OSError):
            _remove_if_abandoned(directory)


def _remove_if_abandoned(directory: Path) -> None:
    lock = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(lock).st_uid != os.getuid():
            return
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while its server lives
        shutil.rmtree(directory)
    finally:
        os.close(lock)


def _parent() -> Path:
    return MEMORY_DIRECTORY if os.access(MEMORY_DIRECTORY, os.W_OK) else Path(tempfile.gettempdir())
