"""The sandbox of child processes. A decode worker confines itself before it touches a stranger's file."""

import ctypes
import math
import os
import resource
import signal
import time
from typing import Literal

from server.children.landlock import allow_reading_only, readable_folders
from server.children.system_calls import allow_only_decoding

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
OPEN_FILES = 32

Protection = Literal["files", "system_calls"]
"""A protection beyond the limits, which not every system offers: Landlock for files, seccomp for system calls."""


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent dies, even while it hangs in a decoder.

    Args:
        parent: process id of the parent. If the parent died before this call, this process ends itself.
    """
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def confine(memory_bytes: int) -> tuple[Protection, ...]:
    """Limit memory and open files. Forbid files on disk, core dumps, child processes and new privileges.

    If the system offers it, also forbid reading files outside the installation, and all system calls that decoding does
    not need, such as those of the network.

    Ctrl-C, SIGTERM and SIGHUP may reach all processes of the server, so they are ignored. Only the server decides when
    its workers end: it closes their socket, or sends SIGKILL.

    Returns:
        The protections that the system offered.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))
    _prctl(PR_SET_DUMPABLE, 0)
    no_new_privileges()
    _silence()
    held: list[Protection] = []
    if allow_reading_only(readable_folders()):
        held.append("files")
    if allow_only_decoding():
        held.append("system_calls")
    return tuple(held)


def allow_processor_seconds(seconds: float) -> None:
    """Let the kernel end this process after so many more seconds of processor time.

    Normally the server's clock ends it before. This limit holds even while the server itself is stopped.
    """
    limit = math.ceil(time.process_time() + seconds) + 1
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def no_new_privileges() -> None:
    """Keep this process and its children from gaining privileges by a set-user-id program."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def _silence() -> None:
    """Print nothing from here on. Native decoders print warnings that can quote the file."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
