"""A directory for one document. It is deleted when the work is done, or at the next start if the server was killed.

A killed server cannot delete anything. The kernel locks each directory as long as its server lives. So a later server
sees which directories are abandoned. Before a directory is locked, it has another name and is empty.
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
    """Make a directory that only this user may enter, in memory if the system has /dev/shm."""
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
            # A directory that could not be deleted is abandoned from here on. The next start deletes it.
            os.close(lock)


def remove_leftovers() -> None:
    """Delete directories that dead servers of this user left behind."""
    for directory in _parent().glob(f"{_NAME}*"):
        # It may belong to another user, or be deleted already.
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
