"""Disks that are full, read-only or slow, stores that are damaged, and clocks that jump."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.contract.conftest import wait_until
from tests.contract.file_task.conftest import Client
from tests.faults.conftest import FaultyServer, Start
from tests.faults.load import Tally
from tests.faults.pages import page, text_of


class Disk:
    """A folder for the store, on a disk that fills up and may not be written any more.

    It is a file system of one megabyte in memory where this user may mount one; else the server is told that it is so.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"
        folder.mkdir()
        mount = shutil.which("mount")
        command = [mount or "", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
        self._mounted = mount is not None and subprocess.run(command, check=False).returncode == 0
        print(f"disk: {'its own file system' if self._mounted else 'injected faults, as this user may not mount'}")

    def fill(self, server: FaultyServer) -> None:
        if self._mounted:
            fill(self._filler)
        else:
            (server.faults / "full").touch()

    def make_room(self, server: FaultyServer) -> None:
        (self._filler if self._mounted else server.faults / "full").unlink()

    def make_readonly(self, server: FaultyServer) -> None:
        if self._mounted:
            subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)
        else:
            (server.faults / "readonly").touch()

    def remove(self) -> None:
        if self._mounted:
            subprocess.run(["umount", "--lazy", self.folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "disk")
    yield made
    made.remove()


def fill(path: Path) -> None:
    """Write until there is no room left."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(descriptor, bytes(4096)):
            pass
    os.close(descriptor)
    assert shutil.disk_usage(path).free < 4096


def tally_of_tasks(client: Client, count: int, what: str) -> tuple[int, int]:
    """Tasks of pages; each must end, and a done one with the text of its page."""
    done = failed = lost = 0
    for number in range(count):
        answer = client.post(page(number), format="txt")
        if answer.status_code != 200:
            assert answer.status_code in (429, 503), answer.text
            failed += 1
            continue
        task = client.final(answer.json()["data"])
        if task["state"] == 1:
            got = requests.get(task["file"], timeout=10)
            done += 1
            assert got.status_code in (200, 503)
            assert got.status_code == 503 or got.text.strip() == text_of(number)
        elif task["state"] < 0:
            failed += 1
        else:
            lost += 1
    print(f"{what}: sent={count} answered={done} failed={failed} lost={lost}")
    assert lost == 0
    return done, failed


def reads_as_ever(server: FaultyServer) -> None:
    tally = Tally()
    with requests.Session() as session:
        for number in range(3):
            tally.ask(session, server.url, number)
    tally.check("POST /ocr meanwhile")
    assert tally.answered == 3


def test_a_disk_that_is_full_or_read_only(start: Start, disk: Disk):
    settings = {"file_task": {"data_directory": str(disk.folder / "tasks")}}
    server = start(contracts=settings)
    client = Client(server.url)
    assert tally_of_tasks(client, 2, "room on the disk") == (2, 0)
    disk.fill(server)
    assert tally_of_tasks(client, 4, "disk full") == (0, 4)
    reads_as_ever(server)
    disk.make_room(server)
    assert tally_of_tasks(client, 2, "room again") == (2, 0)
    (server.faults / "readonly").touch()
    assert tally_of_tasks(client, 4, "disk read-only") == (0, 4)
    reads_as_ever(server)
    (server.faults / "readonly").unlink()
    assert tally_of_tasks(client, 2, "writable again") == (2, 0)
    assert server.stop() == 0
    assert "Traceback" not in "".join(server.log)
    disk.make_readonly(server)
    with pytest.raises(RuntimeError, match=r"file_task\.data_directory"):
        start(contracts=settings)


def test_a_disk_that_is_slow_holds_up_nobody_else(start: Start, tmp_path: Path):
    server = start(contracts={"file_task": {"data_directory": str(tmp_path / "tasks"), "wait_seconds": 0}})
    (server.faults / "fsync").write_text("0.5")
    client = Client(server.url)
    reads_as_ever(server)
    task = client.task(page(5), format="txt")
    assert client.final(task)["state"] == 1
    reads_as_ever(server)


def test_a_store_that_is_damaged_while_it_is_in_use(start: Start, tmp_path: Path):
    data = tmp_path / "tasks"
    settings = {"file_task": {"data_directory": str(data)}}
    server = start(contracts=settings)
    client = Client(server.url)
    assert tally_of_tasks(client, 2, "store intact") == (2, 0)
    for path in data.glob("jobs.sqlite3*"):
        with path.open("r+b") as file:
            file.write(os.urandom(max(4096, path.stat().st_size)))
    tally_of_tasks(client, 4, "store damaged")
    reads_as_ever(server)
    assert requests.get(f"{server.url}/task/{'0' * 8}-0000-0000-0000-{'0' * 12}", timeout=10).status_code in (404, 503)
    assert server.stop() == 0
    with pytest.raises(RuntimeError, match="damaged or no database"):
        start(contracts=settings)


@pytest.mark.parametrize("jump", [86_400, -86_400])
def test_a_clock_that_jumps_neither_ends_nor_prolongs_anything(start: Start, jump: int):
    retention = 3
    server = start(contracts={"file_task": {"retention_seconds": retention}})
    client = Client(server.url)
    task = client.final(client.task(page(7), format="txt"))
    finished = time.monotonic()
    (server.faults / "clock").write_text(str(jump))
    second = client.final(client.task(page(8), format="txt"))
    for done, number in ((task, 7), (second, 8)):
        answer = requests.get(done["file"], timeout=10)
        if time.monotonic() < finished + retention - 0.5:
            assert (answer.status_code, answer.text.strip()) == (200, text_of(number))
    reads_as_ever(server)
    wait_until(lambda: all(client.find(done["task_id"]).status_code == 404 for done in (task, second)))
    assert time.monotonic() < finished + 10 * retention
