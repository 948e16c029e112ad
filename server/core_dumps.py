"""No core dumps: a dump of this process would hold every document in work."""

import resource


def forbid_core_dumps() -> None:
    """Have the kernel write no memory of this process, nor of those that it starts, to a disk when they crash."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
