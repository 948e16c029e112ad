"""Whole files are read if they are regular and not too large. Nothing else is waited for."""

import os
import socket
from pathlib import Path

import pytest

from models.descriptions.regular_file import read_regular_file


def test_a_file_is_read_up_to_its_limit_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("file")
    assert read_regular_file(tmp_path / "file", 5) == read_regular_file(tmp_path / "link", 5) == b"12345"
    with pytest.raises(OSError, match="It is larger than 4 bytes"):
        read_regular_file(tmp_path / "file", 4)


def test_what_is_no_regular_file_is_named_and_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, kind in ((tmp_path, "a directory"), (tmp_path / "fifo", "a FIFO"), (Path("/dev/zero"), "a device")):
        with pytest.raises(OSError, match=f"It is {kind}, and not a regular file"):
            read_regular_file(path)


def test_every_failure_is_an_error_of_the_system_with_its_reason(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        for path in (tmp_path / "none", tmp_path / ("x" * 5000), tmp_path / "s", Path("a\0b"), Path("\ud800")):
            with pytest.raises(OSError) as caught:  # noqa: PT011 - the reasons are the system's own words
                read_regular_file(path)
            assert caught.value.strerror


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (tmp_path, Path("/dev/zero")):
        with pytest.raises(OSError, match="not a regular file"):
            read_regular_file(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
