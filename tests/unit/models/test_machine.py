"""Threads follow what the process may use, not what the machine has; cards are as the driver reports them."""

import ctypes
import os
from pathlib import Path

import pytest

from models import machine
from models.errors import EngineUnavailable


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another root of the file system, on a machine of 16 cores."""
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(16)), raising=False)
    return tmp_path


def written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")


@pytest.mark.parametrize(
    ("content", "expected"),
    [("max 100000", 16), ("800000 100000", 8), ("150000 100000", 2), ("1000 100000", 1), ("9900000 100000", 16)],
)
def test_a_containers_quota_counts(root: Path, content: str, expected: int) -> None:
    written(root / "proc/self/cgroup", "0::/\n")
    written(root / "sys/fs/cgroup/cpu.max", content + "\n")
    assert machine.usable_cores() == expected


def test_so_does_that_of_a_group_above(root: Path) -> None:
    written(root / "proc/self/cgroup", "0::/system.slice/ocr.service\n")
    written(root / "sys/fs/cgroup/system.slice/ocr.service/cpu.max", "max 100000\n")
    written(root / "sys/fs/cgroup/system.slice/cpu.max", "300000 100000\n")
    assert machine.usable_cores() == 3


@pytest.mark.parametrize(("quota", "expected"), [("400000", 4), ("-1", 16)])
def test_the_first_version_of_control_groups(root: Path, quota: str, expected: int) -> None:
    written(root / "proc/self/cgroup", "5:cpuset:/\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n")
    written(root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota + "\n")
    written(root / "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert machine.usable_cores() == expected


@pytest.mark.parametrize("content", ["", "a b", "1 2 3", "100000 0"])
def test_what_cannot_be_understood_is_no_limit(root: Path, content: str) -> None:
    written(root / "proc/self/cgroup", "0::/\n")
    written(root / "sys/fs/cgroup/cpu.max", content)
    assert machine.usable_cores() == 16


def test_without_control_groups_the_cores_count(root: Path) -> None:
    assert not list(root.iterdir())
    assert machine.usable_cores() == 16


KIB = 1024


@pytest.mark.parametrize(("available", "short"), [(99, True), (100, False)])
def test_memory_is_short_below_a_tenth_of_the_machine(root: Path, available: int, short: bool) -> None:
    written(root / "proc/meminfo", f"MemTotal: 1000 kB\nMemAvailable: {available} kB\n")
    assert machine.memory_is_short() is short


@pytest.mark.parametrize(
    ("limit", "used", "cache", "short"),
    [
        (500 * KIB, 460 * KIB, 0, True),
        (500 * KIB, 460 * KIB, 20 * KIB, False),
        ("max", 990 * KIB, 0, False),
        (5000 * KIB, 4900 * KIB, 0, False),  # no limit is above the machine's memory
    ],
)
def test_so_it_is_in_a_container(root: Path, limit: object, used: int, cache: int, short: bool) -> None:
    written(root / "proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 900 kB\n")
    written(root / "proc/self/cgroup", "0::/\n")
    written(root / "sys/fs/cgroup/memory.max", f"{limit}\n")
    written(root / "sys/fs/cgroup/memory.current", f"{used}\n")
    written(root / "sys/fs/cgroup/memory.stat", f"anon 1\ninactive_file {cache}\n")
    assert machine.memory_is_short() is short


def test_so_it_is_in_the_first_version_of_control_groups(root: Path) -> None:
    written(root / "proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 900 kB\n")
    written(root / "proc/self/cgroup", "4:cpu:/a\n3:memory:/a\n")
    written(root / "sys/fs/cgroup/memory/a/memory.limit_in_bytes", f"{500 * KIB}\n")
    written(root / "sys/fs/cgroup/memory/a/memory.usage_in_bytes", f"{490 * KIB}\n")
    written(root / "sys/fs/cgroup/memory/a/memory.stat", "total_inactive_file 0\n")
    assert machine.memory_is_short()


def test_without_a_word_on_memory_it_is_not_short(root: Path) -> None:
    assert not list(root.iterdir())
    assert not machine.memory_is_short()


def has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


@pytest.mark.parametrize("device", ["gpu", "gpu:", "gpu:x", "gpu:-1", "tpu:0"])
def test_a_device_is_a_gpu_with_a_number(device: str) -> None:
    with pytest.raises(EngineUnavailable, match=f"not '{device}'"):
        machine.find_gpu(device)


@pytest.mark.skipif(has_driver(), reason="there is an NVIDIA driver")
def test_without_a_driver_the_message_says_so() -> None:
    with pytest.raises(EngineUnavailable, match=r"'gpu:0' needs an NVIDIA driver.*libcuda"):
        machine.find_gpu("gpu:0")


@pytest.mark.skipif(not has_driver(), reason="no NVIDIA driver")
def test_a_card_that_is_not_there_is_refused() -> None:
    with pytest.raises(EngineUnavailable, match="gpu:99"):
        machine.find_gpu("gpu:99")
