"""Tasks with a data directory: over restarts, kills and disks that refuse."""

import resource
import sqlite3
import stat
import subprocess

import pytest

from tests.contract.conftest import TEXT, Server, wait_until
from tests.contract.file_task.conftest import CONTRACT, FIND, LONG, Client, download
from tests.contract.file_task.documents import PNG, pdf

pytestmark = pytest.mark.operation(CONTRACT, FIND)

PASSWORD = "a-password-of-mine"


def kill(server: Server) -> None:
    server.process.kill()
    server.stop()


def on(server: Server, task: dict) -> dict:
    """A task whose link leads to another server process, on another port."""
    path = task["file"].split("/", 3)[3]
    return {**task, "file": f"{server.url}/{path}"}


def names(data) -> set[str]:
    return {path.name.partition(".")[2] for path in (data / "files").iterdir()}


def test_a_server_that_was_killed_tells_the_truth_when_it_is_back(start, data):
    first = start(max_running_tasks=3)
    client = Client(first.url)
    done = client.final(client.task(PNG, "SECRET-NAME.png"))
    content = download(done).content
    cut_off = client.task(LONG, "long.tiff")
    locked = client.task(pdf(*[TEXT] * 8, password=PASSWORD), "locked.pdf", password=PASSWORD)
    assert (cut_off["state"], locked["state"]) == (4, 4)
    kill(first)
    (data / "files" / f"{cut_off['task_id']}.result.0123456789abcdef.part").write_bytes(b"half")

    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file() and path.suffix != ".source")
    assert PASSWORD.encode() not in kept
    assert b"SECRET" not in kept

    second = start()
    client = Client(second.url)
    assert client.find(done["task_id"]).json()["data"] == on(second, done)
    assert download(on(second, done)).content == content
    failed = client.find(locked["task_id"]).json()["data"]
    assert (failed["state"], failed["file"]) == (-1, "")
    assert failed["state_detail"].startswith("Failed")
    again = client.final(client.find(cut_off["task_id"]).json()["data"])
    assert (again["state"], again["file_pages"], again["created_at"]) == (1, 12, cut_off["created_at"])
    assert download(again).text.count(TEXT) == 12
    assert names(data) == {"result"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in data.rglob("*") if path.is_file())
    assert second.stop() == 0
    assert "Traceback" not in "".join(second.log)


def test_a_server_that_is_stopped_ends_what_runs_and_leaves_what_waits(start, data):
    first = start(max_running_tasks=1)
    client = Client(first.url)
    tasks = [client.task(LONG, "long.tiff"), client.task(PNG)]
    assert [task["state"] for task in tasks] == [4, 0]
    assert first.stop() == 0
    assert "Traceback" not in "".join(first.log)
    with sqlite3.connect(data / "jobs.sqlite3") as rows:
        states = dict(rows.execute("SELECT id, state FROM jobs"))
    rows.close()
    assert [states[task["task_id"]] for task in tasks] == ["done", "queued"]

    client = Client(start().url)
    assert [client.final(client.find(task["task_id"]).json()["data"])["state"] for task in tasks] == [1, 1]


def test_what_expires_leaves_the_disk(start, data):
    client = Client(start(retention_seconds=2).url)
    task = client.final(client.task(PNG))
    assert names(data) == {"result"}
    wait_until(lambda: names(data) == set())
    assert client.find(task["task_id"]).status_code == 404


def test_a_disk_that_is_full_fails_tasks_and_the_server_goes_on(start):
    server = start()
    client = Client(server.url)
    before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    task = client.final(client.task(PNG))
    assert (task["state"], task["state_detail"], task["file"]) == (-2, "Result storage failed", "")
    assert client.find(task["task_id"]).json()["data"] == task
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)
    assert client.final(client.task(PNG))["state"] == 1


def test_a_directory_that_cannot_be_used_is_refused_at_start(start, data, tmp_path):
    start()
    with pytest.raises(RuntimeError, match="in use by another server"):
        start()
    other = tmp_path / "damaged"
    other.mkdir()
    (other / "jobs.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(RuntimeError, match="damaged or no database"):
        start(data_directory=str(other))
    assert subprocess.run(["ls", str(data)], check=True, capture_output=True).stdout
