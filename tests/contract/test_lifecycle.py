"""Requests meet clients that go away and servers that stop."""

import http.client
import json
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import requests

from tests.contract.conftest import PATIENCE_SECONDS, TEXT, Server, body, picture, tiff, wait_until
from tests.contract.file_task.conftest import Client

LONG = tiff([picture(width=1000, height=800)] * 6)


def _metric(server: Server, series: str) -> float:
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def test_a_start_is_a_handful_of_lines(server):
    before, _, _ = "".join(server.log).partition("Serving on")
    said = re.findall(r"^\S+ info (?:server|ppocr)\S* (.*)", before, re.MULTILINE)
    assert 5 <= len(said) <= 8, said
    assert sum(line.startswith("Models: ") for line in said) == 1


def test_a_client_that_goes_away_stops_its_work(server):
    gone = 'ppocr_requests_total{method="POST",route="/ocr",status="499"}'
    before, pages = _metric(server, gone), _metric(server, "ppocr_pages_total")
    content = json.dumps(body(LONG)).encode()
    fields = f"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    head = f"POST /ocr HTTP/1.1\r\n{fields}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode() + content)
        wait_until(lambda: _metric(server, "ppocr_queue_requests") > 0)
    wait_until(lambda: _metric(server, gone) == before + 1)
    assert _metric(server, "ppocr_pages_total") - pages < 6
    wait_until(lambda: _metric(server, "ppocr_detection_pixels") == 0)
    assert _metric(server, "ppocr_queue_requests") == 0
    assert _metric(server, "ppocr_queue_bytes") == 0


class Upload:
    """A request that the server has accepted and cannot answer before `finish`: half of its body is still to come."""

    def __init__(self, server: Server, content: dict[str, object]) -> None:
        data = json.dumps(content).encode()
        self._rest = data[len(data) // 2 :]
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
        self._connection.putrequest("POST", "/ocr")
        self._connection.putheader("Content-Type", "application/json")
        self._connection.putheader("Content-Length", str(len(data)))
        self._connection.endheaders(data[: len(data) // 2])
        wait_until(lambda: _metric(server, "ppocr_queue_bytes") > 0)

    def finish(self) -> int:
        """Send the rest and give the status of the answer."""
        with closing(self._connection):
            self._connection.send(self._rest)
            return self._connection.getresponse().status


def test_a_server_that_is_told_to_stop_says_that_it_drains(own_server):
    running = own_server()
    upload = Upload(running, body(LONG))
    with requests.Session() as probe:
        assert probe.get(f"{running.url}/health/ready", timeout=10).status_code == 200
        running.process.send_signal(signal.SIGTERM)
        wait_until(lambda: probe.get(f"{running.url}/health/ready", timeout=10).status_code == 503)
        assert probe.get(f"{running.url}/health/ready", timeout=10).json()["status"] == "draining"
        refused = probe.post(f"{running.url}/ocr", json=body(LONG), timeout=10)
        assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
        assert upload.finish() == 200
        assert running.stop() == 0


def facts(running: Server, begin: str) -> dict[str, str]:
    """The facts of the one line of the log that begins so."""
    (line,) = [line for line in running.log if f" {begin} " in line]
    return dict(re.findall(r" (\w+)=(\S*)", line))


def test_a_stop_tells_what_is_inside_and_what_became_of_it(tmp_path):
    settings = {"data_directory": str(tmp_path / "tasks"), "wait_seconds": 0, "max_running_tasks": 1}
    given = [f"contracts.file_task.{name}={value}" for name, value in settings.items()]
    running = Server(
        *(word for setting in given for word in ("--set", setting)), "--set", "server.shutdown_grace_seconds=5"
    )
    upload = Upload(running, body(LONG))
    client = Client(running.url)
    for number in range(3):
        client.task(tiff([picture(width=1000, height=800)] * 90), f"{number}.tiff", format="txt")
    running.process.send_signal(signal.SIGTERM)
    wait_until(lambda: any("Stopping after SIGTERM" in line for line in running.log))
    running.process.send_signal(signal.SIGTERM)
    assert upload.finish() == 200
    assert running.stop() == 0
    begin, end = facts(running, "Stopping after SIGTERM"), facts(running, "Stopped")
    assert (begin["requests"], begin["tasks_running"], begin["tasks_waiting"], begin["grace"]) == ("1", "1", "2", "5")
    assert set(begin) == {
        "requests", "pages_reading", "pages_waiting", "pictures_writing", "tasks_running", "tasks_waiting",
        "files_writing", "jobs_running", "jobs_waiting", "job_files_writing", "paddleocr_jobs_running",
        "paddleocr_jobs_waiting", "grace",
    }  # fmt: skip
    assert (end["requests_finished"], end["requests_given_up"]) == ("1", "0")
    assert int(end["tasks_finished"]) + int(end["tasks_kept"]) == 3
    assert int(end["tasks_kept"]) > 0
    assert float(end["seconds"]) > 0
    assert any("Stopping already; SIGINT" in line for line in running.log)


def test_a_second_interrupt_ends_a_server_at_once(own_server):
    running = own_server()
    upload = Upload(running, body(LONG))
    running.process.send_signal(signal.SIGINT)
    wait_until(lambda: requests.get(f"{running.url}/health/ready", timeout=10).status_code == 503)
    running.process.send_signal(signal.SIGINT)
    running.stop()
    try:
        answer = upload.finish()
    except (OSError, http.client.HTTPException):
        answer = None
    assert answer != 200
    assert facts(running, "Stopping after SIGINT")["requests"] == "1"
    assert facts(running, "Stopped")["requests_given_up"] == "1"
    assert any("Stopping at once after a second signal" in line for line in running.log)


def test_a_server_that_is_told_to_stop_answers_what_it_accepted(own_server):
    running = own_server()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(requests.post, f"{running.url}/ocr", json=body(LONG), timeout=PATIENCE_SECONDS)
        wait_until(lambda: _metric(running, "ppocr_queue_requests") > 0)
        code = running.stop()
        answer = asked.result()
    assert answer.status_code == 200
    assert [page["prunedResult"]["rec_texts"] for page in answer.json()["result"]["ocrResults"]] == [[TEXT]] * 6
    assert code == 0
    assert "Traceback" not in "".join(running.log)
