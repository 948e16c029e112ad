"""Keys, limits, waiting and expiry, on a server that has them configured."""

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.contract.conftest import TEXT, encoded, picture, wait_until
from tests.contract.file_task.conftest import (
    CONTRACT,
    CREATE,
    DOWNLOAD,
    FIND,
    KEYS,
    MAX_UPLOAD,
    Client,
    download,
)
from tests.contract.file_task.documents import PNG, pdf


@pytest.mark.operation(CONTRACT, CREATE)
def test_without_a_key_nothing_is_taken(limited):
    for header in (
        {},
        {"Authorization": "Bearer sk-other"},
        {"Authorization": KEYS["ann"]},
        {"X-API-KEY": KEYS["ann"]},
    ):
        client = Client(limited.url)
        client.headers = header
        for answer in (client.post(PNG), client.find("00000000-0000-4000-8000-000000000000")):
            assert (answer.status_code, answer.json()["status"], answer.json()["data"]) == (401, 401, None)


@pytest.mark.operation(CONTRACT, FIND)
def test_a_task_is_for_the_key_that_created_it_and_its_result_for_who_has_the_link(ann, bob):
    task = ann.final(ann.task(PNG))
    assert task["state"] == 1
    assert bob.find(task["task_id"]).status_code == 404
    assert Client(ann.url).find(task["task_id"]).status_code == 401
    assert ann.find(task["task_id"]).status_code == 200
    assert TEXT in download(task).text


@pytest.mark.operation(CONTRACT, CREATE)
def test_an_upload_over_the_cap_is_413_and_one_of_exactly_the_cap_is_not(ann):
    for size in (MAX_UPLOAD + 1, MAX_UPLOAD + 2_000_000):
        answer = ann.post(b"x" * size)
        assert (answer.status_code, answer.json()["status"], answer.json()["data"]) == (413, 413, None)
    assert ann.final(ann.task(b"x" * MAX_UPLOAD))["state"] == -7


@pytest.mark.operation(CONTRACT, CREATE)
def test_too_many_pages_are_not_cut_but_refused(ann):
    assert ann.final(ann.task(pdf(*[TEXT] * 3), "a.pdf"))["file_pages"] == 3
    task = ann.final(ann.task(pdf(*[TEXT] * 4), "a.pdf"))
    assert (task["state"], task["state_detail"], task["file_pages"]) == (-5, "File exceeds size", 4)
    assert (task["ocr_pages"], task["file"]) == (0, "")


SLOW = encoded(picture(width=2000, height=1600))
"""Takes far longer than the server waits for a task before it answers."""


@pytest.mark.operation(CONTRACT, CREATE)
def test_a_full_queue_is_429_and_running_tasks_say_so(ann):
    """Sent at once: one runs, one waits, the others are refused or come when there is room again."""
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: ann.post(SLOW), range(12)))
    refused = [answer for answer in answers if answer.status_code == 429]
    tasks = [answer.json()["data"] for answer in answers if answer.status_code == 200]
    assert len(refused) + len(tasks) == 12
    assert refused
    assert len(tasks) >= 2
    assert {(answer.json()["status"], answer.json()["data"]) for answer in refused} == {(429, None)}
    running = [task for task in tasks if task["state"] != 1]
    assert running
    for task in running:
        assert task["state"] in (0, 4)
        assert task["state_detail"] in ("Queued", "Processing")
        assert (task["file"], task["completed_at"], task["output_size"]) == ("", 0, 0)
        assert 0 <= task["progress"] < 100
    assert {ann.final(task)["state"] for task in tasks} == {1}


@pytest.mark.operation(CONTRACT, FIND)
def test_after_its_time_a_task_and_its_file_are_gone(ann):
    task = ann.final(ann.task(PNG))
    assert download(task).status_code == 200
    wait_until(lambda: ann.find(task["task_id"]).status_code == 404)
    answer = download(task)
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


class _Files(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path.startswith("/page")
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(PNG if found else b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def files() -> Iterator[str]:
    """A web server on port 80, which is the only one that the contract allows besides 443."""
    try:
        site = http.server.ThreadingHTTPServer(("127.0.0.1", 80), _Files)
    except OSError as error:
        pytest.skip(f"port 80 of this machine cannot be used: {error.strerror}")
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield "http://127.0.0.1"
    site.shutdown()
    site.server_close()


@pytest.mark.operation(CONTRACT, CREATE, differs="addresses are fetched from hosts that the operator allows")
def test_a_document_by_its_address(ann, files):
    task = ann.final(ann.task(image_url=f"{files}/page.png"))
    assert (task["state"], task["input_size"]) == (1, len(PNG))
    assert TEXT in download(task).text
    task = ann.final(ann.task(image_url=f"{files}:80/missing.png"))
    assert (task["state"], task["state_detail"], task["input_size"]) == (-3, "Download failed", 0)


@pytest.mark.operation(CONTRACT, CREATE)
def test_a_client_that_goes_away_while_it_waits_does_not_lose_its_task(ann, limited):
    """Nobody saw its id, so the log of requests is the witness: the server goes on and takes the next."""
    head = (
        "POST /task/pic/ocr HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sk-ann\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n"
    )
    body = b'--x\r\nContent-Disposition: form-data; name="image_file"; filename="a"\r\n\r\n' + PNG + b"\r\n--x--\r\n"
    with socket.create_connection(("127.0.0.1", limited.port), timeout=20) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    with socket.create_connection(("127.0.0.1", limited.port), timeout=20) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:100])
    wait_until(lambda: ann.post(PNG).status_code == 200)


@pytest.mark.operation(CONTRACT, DOWNLOAD)
def test_the_log_holds_neither_content_nor_secrets(ann, limited):
    task = ann.final(ann.task(PNG, "SECRET-NAME.png", password="SECRET-PASSWORD"))
    assert download(task).status_code == 200
    ann.post(PNG, language="SECRET-LANGUAGE")
    wait_until(
        lambda: "route=/task/files/{token:str}/{name:str}" in "".join(limited.log) or "files" in "".join(limited.log)
    )
    log = "".join(limited.log)
    for secret in ("SECRET", "sk-ann", task["task_id"], task["file"].split("/")[-2], TEXT):
        assert secret not in log


@pytest.mark.operation(CONTRACT, FIND)
def test_answers_are_json_for_programs(ann):
    answer = requests.get(f"{ann.url}/task/none", headers=ann.headers, timeout=10)
    assert json.loads(answer.text)["status"] == 404
