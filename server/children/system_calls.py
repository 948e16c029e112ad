"""Limits the system calls of a child process, with libseccomp (a system library: package libseccomp2).

A running worker needs few calls: for memory, for reading, and for its socket. All others do not exist for it, above all
those for the network, other programs and new processes. Such a call fails like one that the kernel does not know. So
libraries take another way or give up, as on an old kernel, and the file is refused.
"""

import ctypes
import errno
import os
import resource
import socket
from collections.abc import Sequence
from dataclasses import dataclass

LIBRARY = "libseccomp.so.2"
ALLOW, FAIL = 0x7FFF0000, 0x00050000
"""Actions of seccomp_rule_add(3). The second one has an error number in its lower bits."""

MASKED_EQUAL = 7
"""The scmp_compare of seccomp_rule_add(3): an argument, under a mask, is equal to a value."""

INT = 0xFFFFFFFF
"""The mask of an int. Arguments have 64 bits in a filter, but only these belong to an int."""

POINTER = 2**64 - 1
"""The mask of a pointer: all bits."""

MEMORY = ("brk", "madvise", "mmap", "mprotect", "mremap", "munmap")
READING = (
    *("access", "close", "faccessat", "faccessat2", "fcntl", "fstat", "getcwd", "getdents64", "lseek", "lstat"),
    *("newfstatat", "pread64", "preadv", "read", "readlink", "readlinkat", "readv", "stat", "statx"),
)
TALKING = ("poll", "ppoll", "recvfrom", "recvmsg", "sendmsg", "sendto", "write", "writev")
RUNNING = (
    *("clock_getres", "clock_gettime", "clock_nanosleep", "exit", "exit_group", "futex", "getcpu", "getegid"),
    *("geteuid", "getgid", "getpid", "getppid", "getrandom", "getrlimit", "getrusage", "gettid", "gettimeofday"),
    *("getuid", "membarrier", "nanosleep", "pause", "restart_syscall", "rseq", "rt_sigaction"),
    *("rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield", "set_robust_list"),
    *("sigaltstack", "sysinfo", "time", "times", "uname"),
)
SIGNALS = ("kill", "tgkill")
OPENING = {"open": 1, "openat": 2}
"""The calls that open a file, and the index of their argument with the flags."""

WRITING_FLAGS = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
NETWORK_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET, socket.AF_VSOCK)


class _Comparison(ctypes.Structure):
    """The struct scmp_arg_cmp."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """An action on a system call.

    Attributes:
        action: see `ALLOW` and `FAIL`.
        call: name of the system call.
        where: conditions, each an argument's index, a mask and the value that the argument has under it.
    """

    action: int
    call: str
    where: tuple[tuple[int, int, int], ...] = ()


def allow_only_decoding() -> bool:
    """Forbid this process, for ever, all system calls that a decode worker does not need.

    Returns:
        False if libseccomp or the kernel does not offer this. Then nothing is changed.
    """
    rules = [Rule(ALLOW, call) for call in (*MEMORY, *READING, *TALKING, *RUNNING)]
    rules += [Rule(ALLOW, call, ((flags, WRITING_FLAGS, 0),)) for call, flags in OPENING.items()]
    # It may end itself, as abort(3) does, but no other process.
    rules += [Rule(ALLOW, call, ((0, INT, os.getpid()),)) for call in SIGNALS]
    # It may set its own limit of processor time, as it does before every command, and no other. It may read all limits.
    rules += [
        Rule(ALLOW, "setrlimit", ((0, INT, resource.RLIMIT_CPU),)),
        Rule(ALLOW, "prlimit64", ((0, INT, 0), (1, INT, resource.RLIMIT_CPU))),
        Rule(ALLOW, "prlimit64", ((0, INT, 0), (2, POINTER, 0))),
    ]
    return _apply(FAIL | errno.ENOSYS, rules)


def forbid_network() -> bool:
    """Forbid the network, for ever, to this process, to the program that it becomes, and to all that it starts.

    Returns:
        False if libseccomp or the kernel does not offer this. Then nothing is changed.
    """
    denied = FAIL | errno.EACCES
    rules = [Rule(denied, "socket", ((0, INT, family),)) for family in NETWORK_FAMILIES]
    # With io_uring, a process could open sockets without a system call for each.
    return _apply(ALLOW, [*rules, Rule(FAIL | errno.ENOSYS, "io_uring_setup")])


def _apply(otherwise: int, rules: Sequence[Rule]) -> bool:
    try:
        library = _library()
    except OSError:
        return False
    filter_ = library.seccomp_init(otherwise)
    if not filter_:
        return False
    try:
        for rule in rules:
            _add(library, filter_, rule)
        return bool(library.seccomp_load(filter_) == 0)
    finally:
        library.seccomp_release(filter_)


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(LIBRARY)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_syscall_resolve_name.argtypes = (ctypes.c_char_p,)
    library.seccomp_rule_add_array.argtypes = (
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int),
        *(ctypes.c_uint, ctypes.POINTER(_Comparison)),
    )
    library.seccomp_load.argtypes = library.seccomp_release.argtypes = (ctypes.c_void_p,)
    library.seccomp_release.restype = None
    return library


def _add(library: ctypes.CDLL, filter_: int, rule: Rule) -> None:
    """Add a rule. For a call that this library does not know, the filter's default holds."""
    number = library.seccomp_syscall_resolve_name(rule.call.encode())
    if number == -1:
        return
    comparisons = [_Comparison(argument, MASKED_EQUAL, mask, value) for argument, mask, value in rule.where]
    array = (_Comparison * len(comparisons))(*comparisons)
    failed = library.seccomp_rule_add_array(filter_, rule.action, number, len(comparisons), array)
    if failed:
        raise OSError(-failed, f"seccomp_rule_add_array({rule.call}) failed")
