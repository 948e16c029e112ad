"""Threads follow what the process may use, not what the machine has."""

import os
from pathlib import Path

import pytest

from models import cores


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another root of the file system, on a machine of 16 cores."""
    monkeypatch.setattr(cores, "ROOT", tmp_path)
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
    assert cores.usable_cores() == expected


def test_so_does_that_of_a_group_above(root: Path) -> None:
    written(root / "proc/self/cgroup", "0::/system.slice/ocr.service\n")
    written(root / "sys/fs/cgroup/system.slice/ocr.service/cpu.max", "max 100000\n")
    written(root / "sys/fs/cgroup/system.slice/cpu.max", "300000 100000\n")
    assert cores.usable_cores() == 3


@pytest.mark.parametrize(("quota", "expected"), [("400000", 4), ("-1", 16)])
def test_the_first_version_of_control_groups(root: Path, quota: str, expected: int) -> None:
    written(root / "proc/self/cgroup", "5:cpuset:/\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n")
    written(root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota + "\n")
    written(root / "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert cores.usable_cores() == expected


@pytest.mark.parametrize("content", ["", "a b", "1 2 3", "100000 0"])
def test_what_cannot_be_understood_is_no_limit(root: Path, content: str) -> None:
    written(root / "proc/self/cgroup", "0::/\n")
    written(root / "sys/fs/cgroup/cpu.max", content)
    assert cores.usable_cores() == 16


def test_without_control_groups_the_cores_count(root: Path) -> None:
    assert not list(root.iterdir())
    assert cores.usable_cores() == 16
