"""No core dumps: a dump of this process would hold every document in work."""

import resource


def forbid_core_dumps() -> None:
    """Have the kernel write no memory of this process, nor of those that it starts, to a disk when they crash.

    A limit of 0 forbids files, but not a dump through a pipe to a program that collects them (core(5), "Piping core
    dumps to a program"). Of 1 byte Linux makes neither: it is too small for a file, and the mark of a process that must
    not be dumped through a pipe (fs/coredump.c).
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 0 if most == 0 else 1
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
