"""What a decode worker takes from itself before it touches a stranger's file."""

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
"""What a child is shut in by beyond its limits, where the system offers it."""


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, even while it hangs in a decoder.

    Args:
        parent: process id of the parent, for the case that it died before this call.
    """
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def confine(memory_bytes: int) -> tuple[Protection, ...]:
    """Limit memory and open files; forbid files on disk, core dumps, child processes and new privileges.

    Then, where the system offers it, forbid every system call that decoding does not need, the network's among them,
    and reading whatever is not part of the installation.

    Returns:
        What the system offered.

    Ctrl-C and SIGTERM reach the whole process group; the server alone decides when its workers end, by closing
    their socket or by SIGKILL.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
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
    """Have the kernel end this process when it has computed for so long from now on.

    The server's clock ends it no later; this holds even while the server itself is stopped.
    """
    limit = math.ceil(time.process_time() + seconds) + 1
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))


def no_new_privileges() -> None:
    """Have this process and its children never gain any by a set-user-id program."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def _silence() -> None:
    """Native decoders print warnings that can quote the file; from here on nothing is printed."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")
