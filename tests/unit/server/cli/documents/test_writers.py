"""Whether somebody writes a file, as the kernel tells it."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli.documents import writers
from server.cli.documents.writers import is_being_written, is_network

MOUNTS = (
    "36 35 8:1 / / rw,noatime shared:1 - ext4 /dev/sda1 rw",
    "37 36 0:52 / /mnt/share rw - nfs4 server:/share rw,vers=4.2",
    "38 36 0:53 / /mnt/win rw shared:7 - cifs //server/win rw",
)


def leases_work(folder: Path) -> bool:
    probe = folder / "probe"
    probe.write_bytes(b"")
    with probe.open("rb") as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError:
            return False
    return True


def test_a_file_that_is_open_for_writing_is_found_out(tmp_path: Path) -> None:
    if not leases_work(tmp_path):
        pytest.skip("the file system of the temporary folder gives no leases")
    file = tmp_path / "a.png"
    with file.open("wb") as writing:
        writing.write(b"half")
        writing.flush()
        assert is_being_written(file)
    assert not is_being_written(file)
    with file.open("rb"):
        assert not is_being_written(file)


def test_a_link_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/zero")
    with pytest.raises(OSError, match="symbolic links"):
        is_being_written(tmp_path / "link")


def test_a_file_system_that_refuses_every_lease_keeps_no_file_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(problem, os.strerror(problem))

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    (tmp_path / "a.png").write_bytes(b"x")
    problem = errno.EINVAL
    assert not is_being_written(tmp_path / "a.png")
    problem = errno.EAGAIN
    assert is_being_written(tmp_path / "a.png")
    monkeypatch.setattr(writers, "is_network", lambda *_: True)
    assert not is_being_written(tmp_path / "a.png")


@pytest.mark.parametrize(("device", "network"), [((8, 1), False), ((0, 52), True), ((0, 53), True), ((0, 99), False)])
def test_file_systems_of_the_network_are_known(device: tuple[int, int], network: bool) -> None:
    assert is_network(os.makedev(*device), MOUNTS) is network


def test_a_writer_that_breaks_a_lease_does_not_end_the_process() -> None:
    code = (
        "import os, signal, server.cli.documents.writers as writers; "
        "writers.ignore_broken_leases(); os.kill(os.getpid(), signal.SIGIO)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    without = code.replace("writers.ignore_broken_leases(); ", "")
    assert subprocess.run([sys.executable, "-c", without], check=False).returncode == -signal.SIGIO
