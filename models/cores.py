"""How much of the machine's processor this process may use."""

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path("/")


def usable_cores() -> int:
    """CPU cores that this process may run on, or as many as its control groups' quota is worth, rounded up.

    A container that is given 8 CPUs of a machine of 64 still sees all of them; threads beyond the quota would only make
    the kernel stop the whole process for the rest of every period.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([allowed, *map(math.ceil, _quotas(ROOT))]))


def _quotas(root: Path) -> Iterator[float]:
    """Cores that the control group of this process, and each above it, may use; none where there is no limit.

    Version 2: ``cpu.max`` holds quota and period in microseconds, or ``max``. Version 1: a file each, -1 for no limit.
    """
    for group in _groups(root):
        try:
            if (group / "cpu.max").is_file():
                quota, period = (group / "cpu.max").read_text(encoding="ascii").split()
            else:
                quota = (group / "cpu.cfs_quota_us").read_text(encoding="ascii").strip()
                period = (group / "cpu.cfs_period_us").read_text(encoding="ascii")
            if quota not in ("max", "-1"):
                yield int(quota) / int(period)
        except (OSError, ValueError, ZeroDivisionError):
            continue  # a group without the controller, or one that cannot be seen from within a container


def _groups(root: Path) -> Iterator[Path]:
    """Directories of this process's groups, each followed by those above it (cgroups(7), /proc/[pid]/cgroup)."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        mount = root / "sys/fs/cgroup"
        if controllers and "cpu" not in controllers.split(","):
            continue
        base = mount / "cpu" if controllers else mount
        inside = PurePosixPath(path.lstrip("/"))
        for part in (inside, *inside.parents):
            yield base / part
