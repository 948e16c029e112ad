"""Servers that are told to stop, or killed, in the midst of their work."""

import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from urllib3.exceptions import NewConnectionError

from tests.contract.adapters import Outcome
from tests.contract.conftest import PATIENCE_SECONDS, body, picture, tiff, wait_until
from tests.contract.file_task.conftest import Client
from tests.faults.conftest import FaultyServer, Start
from tests.faults.contracts import Answer, ocr
from tests.faults.load import Tally
from tests.faults.pages import page, text_of

LONG = tiff([picture(width=1000, height=800)] * 40)
"""More work than the grace of a server that is told to stop."""


IN_FLIGHT = re.compile(r"^ppocr_requests_in_flight (\S+)$", re.MULTILINE)
REFUSED = "refused"


def unless_refused(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """Post a page. A connection that cannot be made was never accepted, and with it nothing is lost."""
    try:
        return ocr(session, url, number, timeout)
    except requests.ConnectionError as error:
        if error.args and isinstance(getattr(error.args[0], "reason", None), NewConnectionError):
            return Answer(Outcome.OVERLOADED, None, REFUSED)
        raise


def in_flight(server: FaultyServer) -> float:
    found = IN_FLIGHT.search(requests.get(f"{server.url}/metrics", timeout=10).text)
    assert found
    return float(found[1])


def busy(server: FaultyServer) -> bool:
    return "ppocr_queue_requests 0.0" not in requests.get(f"{server.url}/metrics", timeout=10).text


def test_a_server_that_is_told_to_stop_under_load_answers_all_that_it_accepted(start: Start):
    server = start()
    tally, over = Tally(), threading.Event()
    refused = 0

    def client(number: int) -> None:
        nonlocal refused
        while not over.is_set():
            # A connection that cannot be made was never accepted. One for each request: none is caught while idle.
            with requests.Session() as session:
                try:
                    session.get(f"{server.url}/health/live", timeout=PATIENCE_SECONDS, headers={"Connection": "close"})
                except requests.ConnectionError:
                    refused += 1
                    return
                if over.is_set():
                    return
                answer = tally.ask(session, server.url, number, unless_refused)
                if answer is not None and answer.error == REFUSED:
                    return
            number += 8

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    wait_until(lambda: tally.answered > 30)
    server.process.send_signal(signal.SIGTERM)
    # Until the door is closed clients hear that the server stops; then they cannot connect.
    wait_until(lambda: tally.failed["paddlex 503"] + tally.failed[REFUSED] + refused > 0)
    over.set()
    code = server.stop()
    for thread in threads:
        thread.join()
    tally.check("SIGTERM under load")
    assert code == 0
    assert set(tally.failed) <= {"paddlex 503", REFUSED}
    assert "Traceback" not in "".join(server.log)


def test_work_beyond_the_grace_is_answered_before_it_ends(start: Start):
    server = start(
        server={"shutdown_grace_seconds": 3.0},
        contracts={"file_task": {"wait_seconds": 60.0, "max_running_tasks": 1}},
        limits={"max_pages": None},
    )
    with ThreadPoolExecutor(2) as pool:
        document = pool.submit(requests.post, f"{server.url}/ocr", json=body(LONG * 1), timeout=PATIENCE_SECONDS)
        wait_until(lambda: busy(server))
        before = in_flight(server)
        task = pool.submit(Client(server.url).post, tiff([picture(width=1000, height=800)] * 99), "long.tiff")
        wait_until(lambda: in_flight(server) > before or document.done())
        # No figure tells when the rest of it is in and the task is accepted, which takes no reading.
        time.sleep(1.0)
        begin = time.monotonic()
        code = server.stop()
        took = time.monotonic() - begin
        read, taken = document.result(), task.result()
    print(f"answered {read.status_code} and {taken.status_code}, exit status {code} after {took:.1f} s")
    assert code == 0
    assert read.status_code in (200, 503)
    if read.status_code == 503:
        assert read.json()["errorCode"] == 503
        assert "retry-after" in read.headers
    assert taken.status_code == 200
    assert taken.json()["data"]["state"] in (0, 4)
    assert "Traceback" not in "".join(server.log)


def test_a_server_that_is_killed_under_load_loses_no_task(start: Start, tmp_path: Path):
    settings = {"data_directory": str(tmp_path / "tasks"), "wait_seconds": 0, "max_running_tasks": 2}
    first = start(contracts={"file_task": settings})
    client = Client(first.url)
    count = 16
    with ThreadPoolExecutor(4) as pool:
        accepted = list(pool.map(lambda number: client.task(page(number), format="txt"), range(count)))
    first.process.kill()
    first.stop()

    second = start(contracts={"file_task": settings})
    client = Client(second.url)
    final = [client.final(client.find(task["task_id"]).json()["data"]) for task in accepted]
    done = [task for task in final if task["state"] == 1]
    failed = [task for task in final if task["state"] < 0]
    texts = [
        requests.get(f"{second.url}/{task['file'].split('/', 3)[3]}", timeout=10).text.strip()
        for task in final
        if task in done
    ]
    expected = [text_of(number) for number, task in enumerate(final) if task in done]
    print(f"SIGKILL: sent={count} answered={len(done)} failed={len(failed)} lost={count - len(done) - len(failed)}")
    assert len(done) + len(failed) == count
    assert texts == expected
    with requests.Session() as session:
        assert ocr(session, second.url, 1, PATIENCE_SECONDS).text == text_of(1)
