"""Finds the processor cores, the memory and the NVIDIA cards that this process may use.

Cards are found through the CUDA driver API (https://docs.nvidia.com/cuda/cuda-driver-api/). Every driver brings it. So
a missing driver or card is told apart from a missing library, before one of the large libraries is loaded.
"""

import ctypes
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from models.errors import EngineUnavailable

ROOT = Path("/")
_DRIVER_LIBRARY = "libcuda.so.1"
_NAME_BYTES = 256

SHORT_MEMORY = 0.1
"""Below this free part of the memory, models that nobody uses are closed."""


def usable_cores() -> int:
    """The number of CPU cores that this process may run on, or its control groups' quota, rounded up, if that is less.

    A container with a quota of 8 CPUs on a machine with 64 still sees all of them. With more threads than the quota,
    the kernel would stop the whole process for the rest of every period.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([allowed, *map(math.ceil, _quotas(ROOT))]))


def _quotas(root: Path) -> Iterator[float]:
    """The cores that the control group of this process, and each above it, may use. Groups without a limit give none.

    Version 2: ``cpu.max`` holds quota and period in microseconds, or ``max``. Version 1: each has a file of its own,
    and -1 means no limit.
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


def memory_is_short() -> bool:
    """Whether less than a tenth of the memory is free: of the machine, or of a control group that bounds this process.

    Memory that the kernel can take back at once, such as files that it keeps, counts as free.
    """
    return any(free < SHORT_MEMORY * total for free, total in _memory(ROOT))


def _memory(root: Path) -> Iterator[tuple[int, int]]:
    """Free and total bytes: of the machine (proc_meminfo(5)), and of each control group of this process with a limit.

    Version 2: ``memory.max`` holds bytes, or ``max``. Version 1: a limit above the machine's memory is none.
    """
    try:
        lines = (root / "proc/meminfo").read_text(encoding="ascii").splitlines()
        kib = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
        machine = kib["MemTotal"] * 1024
        yield kib["MemAvailable"] * 1024, machine
    except (OSError, ValueError, KeyError):
        return  # no Linux
    for group in _groups(root, "memory"):
        for limit_file, used_file, cache in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            try:
                limit = int((group / limit_file).read_text(encoding="ascii"))
                used = int((group / used_file).read_text(encoding="ascii"))
                facts = dict(line.split() for line in (group / "memory.stat").read_text(encoding="ascii").splitlines())
            except (OSError, ValueError):
                continue  # no limit, or a group that cannot be seen from within a container
            if limit < machine:
                yield limit - used + int(facts.get(cache, 0)), limit


def _groups(root: Path, controller: str = "cpu") -> Iterator[Path]:
    """The directories of this process's groups. Those above a group follow it (cgroups(7), /proc/[pid]/cgroup)."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        mount = root / "sys/fs/cgroup"
        if controllers and controller not in controllers.split(","):
            continue
        base = mount / controller if controllers else mount
        inside = PurePosixPath(path.lstrip("/"))
        for part in (inside, *inside.parents):
            yield base / part


@dataclass(frozen=True, slots=True)
class Gpu:
    """One card.

    Attributes:
        index: its index in this process, after ``CUDA_VISIBLE_DEVICES``.
        name: the product's name.
        driver: the newest CUDA version that the driver runs, e.g. 13000 for 13.0.
    """

    index: int
    name: str
    driver: int


def count_gpus() -> int:
    """The number of cards that this process can use.

    Raises:
        EngineUnavailable: there is no driver, or it does not start.
    """
    found = ctypes.c_int(0)
    _started_driver("auto").cuDeviceGetCount(ctypes.byref(found))
    return found.value


def every_gpu() -> tuple[str, ...]:
    """All NVIDIA GPUs that this process can use, as device names.

    Raises:
        EngineUnavailable: there is none. No other device is taken instead.
    """
    count = count_gpus()
    if not count:
        raise EngineUnavailable("The NVIDIA driver knows no GPU that this process can use.")
    return tuple(f"gpu:{number}" for number in range(count))


def find_gpu(device: str) -> Gpu:
    """The card of a device ``gpu:N``.

    Raises:
        EngineUnavailable: the name is not of that form, there is no driver, or no such card.
    """
    kind, _, number = device.partition(":")
    if kind != "gpu" or not number.isdecimal():
        raise EngineUnavailable(f"A device is 'cpu' or 'gpu:N', not '{device}'.")
    driver = _started_driver(device)
    found = ctypes.c_int(0)
    driver.cuDeviceGetCount(ctypes.byref(found))
    if int(number) >= found.value:
        raise EngineUnavailable(f"Device '{device}' does not exist; the NVIDIA driver knows {found.value} GPUs.")
    return _gpu(driver, int(number))


def _started_driver(device: str) -> ctypes.CDLL:
    try:
        driver = ctypes.CDLL(_DRIVER_LIBRARY)
    except OSError as error:
        raise EngineUnavailable(
            f"Device '{device}' needs an NVIDIA driver, and there is none here: {error}."
        ) from error
    failed = driver.cuInit(0)
    if failed:
        raise EngineUnavailable(f"Device '{device}' cannot be used: the NVIDIA driver gives CUDA error {failed}.")
    return driver


def _gpu(driver: ctypes.CDLL, index: int) -> Gpu:
    handle, version = ctypes.c_int(0), ctypes.c_int(0)
    name = ctypes.create_string_buffer(_NAME_BYTES)
    driver.cuDeviceGet(ctypes.byref(handle), index)
    driver.cuDeviceGetName(name, _NAME_BYTES, handle)
    driver.cuDriverGetVersion(ctypes.byref(version))
    return Gpu(index, name.value.decode(errors="replace"), version.value)
