"""A real server with two replicas on the real engine: what clients notice when one is killed, or all are."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.contract.conftest import PATIENCE_SECONDS, ROOT, Server, body, encoded, picture, tiff, wait_until

REQUESTS, CLIENTS = 36, 8


@pytest.fixture(scope="module")
def replicated() -> Iterator[Server]:
    running = Server("--set", "engine.devices=[cpu, cpu]")
    yield running
    running.stop()


def ready(server: Server) -> tuple[int, dict[str, object]]:
    answer = requests.get(f"{server.url}/health/ready", timeout=10)
    return answer.status_code, answer.json()


def states(server: Server) -> list[str]:
    return [replica["state"] for replica in ready(server)[1]["replicas"]]


def losses(server: Server) -> list[int]:
    return [replica["losses"] for replica in ready(server)[1]["replicas"]]


def running_pids(server: Server) -> list[int]:
    """Of the newest process of each replica, as the log tells them."""
    found = dict(re.findall(r"a replica starts replica=(\d+) device=cpu pid=(\d+)", "".join(server.log)))
    return [int(pid) for _, pid in sorted(found.items())]


def text_of(number: int) -> str:
    return f"Gate {number} closes at {number + 100}"


def ask(server: Server, number: int) -> tuple[int, list[str]]:
    """Status and text of a document of two pages that only this request has."""
    pages = tiff([picture(text_of(number)), picture(text_of(number + 500))])
    answer = requests.post(f"{server.url}/ocr", json=body(pages), timeout=PATIENCE_SECONDS)
    if answer.status_code != 200:
        return answer.status_code, [answer.text]
    return 200, [line for page in answer.json()["result"]["ocrResults"] for line in page["prunedResult"]["rec_texts"]]


def expected(number: int) -> tuple[int, list[str]]:
    return 200, [text_of(number), text_of(number + 500)]


def test_a_server_with_replicas_answers_like_one_without(replicated: Server, server: Server) -> None:
    upside_down = encoded(picture()[::-1, ::-1])
    content = body(upside_down, useDocOrientationClassify=True, useTextlineOrientation=True, returnWordBox=True)
    answers = [
        requests.post(f"{running.url}/ocr", json={**content, "visualize": True}, timeout=PATIENCE_SECONDS).json()
        for running in (replicated, server)
    ]
    assert answers[0]["result"] == answers[1]["result"]


def test_a_replica_that_is_killed_under_load_costs_nobody_an_answer_and_comes_back(replicated: Server) -> None:
    before = running_pids(replicated)
    with ThreadPoolExecutor(CLIENTS) as clients:
        asked = [clients.submit(ask, replicated, number) for number in range(REQUESTS)]
        wait_until(lambda: sum(request.done() for request in asked) >= REQUESTS // 6)
        os.kill(before[0], signal.SIGKILL)
        assert ready(replicated)[0] == 200
        answers = [request.result() for request in asked]
    assert answers == [expected(number) for number in range(REQUESTS)]
    wait_until(lambda: states(replicated) == ["serving"] * 2)
    assert losses(replicated) == [1, 0]
    assert running_pids(replicated)[0] != before[0]
    metrics = requests.get(f"{replicated.url}/metrics", timeout=10).text
    assert 'ppocr_replica_losses_total{device="cpu",replica="0"} 1.0' in metrics


def test_without_replicas_the_server_says_so_and_recovers(replicated: Server) -> None:
    for pid in running_pids(replicated):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: ready(replicated)[0] == 503)
    assert ready(replicated)[1]["status"] == "failed"
    refused = requests.post(f"{replicated.url}/ocr", json=body(encoded(picture())), timeout=PATIENCE_SECONDS)
    # The first of them may be back already.
    assert refused.status_code == 200 or (refused.status_code, "retry-after" in refused.headers) == (503, True)
    wait_until(lambda: ready(replicated)[0] == 200)
    assert ask(replicated, 7) == expected(7)
    wait_until(lambda: states(replicated) == ["serving"] * 2)


def test_a_server_tells_how_far_its_start_is_and_can_be_stopped_before_its_end() -> None:
    command = [sys.executable, "-c", "from server.cli import main; main()", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*command, "--set", "engine.devices=[cpu, cpu]"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        log = []
        for line in process.stderr:
            log.append(line)
            if "a replica starts replica=0" in line:
                url = re.search(r"Listening on (http://\S+?:\d+)", "".join(log)).group(1)
                early = requests.get(f"{url}/health/ready", timeout=10)
                process.send_signal(signal.SIGTERM)
    assert (early.status_code, early.json()["status"]) == (503, "starting")
    assert 0 <= early.json()["start"]["done"] < early.json()["start"]["total"] == 19
    assert process.returncode == 0
    assert "Serving on" not in "".join(log)
    assert "Traceback" not in "".join(log)
    for pid in re.findall(r"a replica starts replica=\d+ device=cpu pid=(\d+)", "".join(log)):
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_a_server_with_replicas_ends_well_and_leaves_no_process(replicated: Server) -> None:
    pids = running_pids(replicated)
    assert replicated.stop() == 0
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert "Traceback" not in "".join(replicated.log)
