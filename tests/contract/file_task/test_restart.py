"""Tasks with a data directory: over restarts, kills and disks that refuse."""

import resource
import sqlite3
import stat
import subprocess
import threading
import time
from contextlib import closing, suppress

import pytest
import requests

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
    (data / "files" / f"{cut_off['task_id']}.result.part").write_bytes(b"half")

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


def test_a_lost_log_loses_nothing_and_a_lost_database_is_refused(start, data):
    first = start()
    client = Client(first.url)
    done = client.final(client.task(PNG))
    kill(first)
    (data / "jobs.sqlite3-wal").write_bytes(b"garbage" * 5000)

    second = start()
    assert Client(second.url).find(done["task_id"]).json()["data"] == on(second, done)
    assert download(on(second, done)).status_code == 200
    assert second.stop() == 0

    (data / "jobs.sqlite3").write_bytes(b"")
    with pytest.raises(
        RuntimeError, match=rf"data_directory: The database of '{data}' has lost tasks.*move the folder"
    ):
        start()
    assert names(data) == {"result"}


def test_a_kept_task_that_is_not_understood_is_one_line(start, data):
    first = start()
    client = Client(first.url)
    strange, gone, good = (client.final(client.task(PNG)) for _ in range(3))
    assert first.stop() == 0
    with closing(sqlite3.connect(data / "jobs.sqlite3", isolation_level=None)) as rows:
        rows.execute("UPDATE jobs SET spec = '{\"format\": 7}' WHERE id = ?", (strange["task_id"],))
        rows.execute("UPDATE jobs SET spec = replace(spec, 'txt', 'odt') WHERE id = ?", (gone["task_id"],))

    second = start()
    client = Client(second.url)
    assert client.find(strange["task_id"]).status_code == 404
    assert download(on(second, strange)).status_code == 404
    # The format of this one is not made any more.
    task = client.find(gone["task_id"]).json()["data"]
    assert download(task).content == download(on(second, good)).content
    assert second.stop() == 0
    log = "".join(second.log)
    assert log.count("its column 'spec' is not understood") == 1
    assert "Traceback" not in log
    assert len(names(data)) == 1


KILLS = 2
"""One less than a task may be cut off before it is taken for the cause."""


def test_servers_that_are_killed_while_they_write_lose_nothing(start, data):
    accepted: list[str] = []
    for number in range(KILLS):
        server = start(max_queued_tasks=1000)
        client, over = Client(server.url), threading.Event()

        def post(client=client, over=over) -> None:
            # The server is gone before an answer, or in the middle of one.
            with suppress(requests.RequestException):
                while not over.is_set():
                    accepted.append(client.task(PNG)["task_id"])

        clients = [threading.Thread(target=post) for _ in range(4)]
        for each in clients:
            each.start()
        time.sleep(1.0 + 0.37 * number)
        kill(server)
        over.set()
        for each in clients:
            each.join()
    assert accepted
    client = Client(start(max_queued_tasks=1000, max_running_tasks=4).url)
    tasks = [client.final(client.find(task_id).json()["data"]) for task_id in accepted]
    assert {task["state"] for task in tasks} == {1}
    assert all(TEXT in download(task).text for task in tasks)
    assert len(list((data / "files").iterdir())) >= len(accepted)
