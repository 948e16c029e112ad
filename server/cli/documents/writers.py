"""Asks the kernel whether a file is still being written."""

import errno
import fcntl
import os
import signal
from collections.abc import Iterable
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = ("nfs", "cifs", "smb", "fuse", "9p", "ceph", "afs", "virtiofs", "lustre", "glusterfs", "ocfs2", "gfs2")
"""The beginnings of names of file systems that other machines write to. Their leases say nothing of those writers, and
some refuse every lease."""


def ignore_broken_leases() -> None:
    """Keep the signal away that a writer sends to the holder of a lease. It would end this process."""
    signal.signal(signal.SIGIO, signal.SIG_IGN)


def is_being_written(path: Path) -> bool:
    """Whether a process has a file open for writing, as far as the kernel tells.

    It tells this of a file on a disk of this machine that belongs to this process's user, or if that is root. Of other
    files it says nothing, and the answer is False.

    Raises:
        OSError: the file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        # The kernel gives a lease for reading only if nobody has the file open for writing. Closing gives it back.
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN and not _is_on_network(os.fstat(descriptor).st_dev)
    finally:
        os.close(descriptor)
    return False


def _is_on_network(device: int) -> bool:
    return is_network(device, MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines())


def is_network(device: int, mounts: Iterable[str]) -> bool:
    """Whether a device is a file system of the network, by the lines of proc_pid_mountinfo(5)."""
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in mounts:
        before, _, after = line.partition(" - ")
        if before.split()[2:3] == [number]:
            return after.startswith(NETWORK)
    return False
