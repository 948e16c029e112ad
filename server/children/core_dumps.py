"""Forbids core dumps. A dump of this process would hold every document in work."""

import resource


def forbid_core_dumps() -> None:
    """Keep the kernel from writing the memory of this process, and of processes that it starts, when they crash.

    A limit of 0 forbids files, but not a dump through a pipe to a program that collects dumps (core(5), "Piping core
    dumps to a program"). With a limit of 1 byte, Linux makes neither: it is too small for a file, and it marks a
    process that must not be dumped through a pipe (fs/coredump.c).
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 0 if most == 0 else 1
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
