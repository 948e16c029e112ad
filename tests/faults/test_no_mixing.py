"""Many clients at once, each page with a text of its own: every answer is the text of the page that was asked about."""

import base64
import json
import random
import socket
import threading
import time

import requests

from server.contracts.registry import OWN
from tests.contract.adapters import Outcome
from tests.contract.conftest import wait_until
from tests.faults.conftest import FaultyServer, Start
from tests.faults.contracts import ASKS, Answer, ocr
from tests.faults.load import Tally, post_all
from tests.faults.pages import page
from tests.faults.server_state import metric

CLIENTS, PAGES = 64, 200


def any_contract(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """Our own contract for every other page, and the others in turn."""
    names = [*ASKS, *[OWN] * (len(ASKS) - 2)]
    return ASKS[names[number % len(names)]](session, url, number, timeout)


def test_every_answer_is_its_own(faulty: FaultyServer):
    tally = Tally()
    post_all(faulty.url, range(PAGES), CLIENTS, tally, any_contract)
    tally.check(f"{CLIENTS} clients")
    # A task whose turn comes late is refused: the contract's queue is shorter than our clients are many.
    assert set(tally.failed) <= {"file_task 429"}
    assert tally.answered > 0.9 * PAGES


def leave(server: FaultyServer, number: int) -> None:
    """Post a page and go away."""
    content = json.dumps({"file": base64.b64encode(page(number)).decode(), "fileType": 1, "visualize": False}).encode()
    fields = f"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(content)}"
    head = f"POST /ocr HTTP/1.1\r\n{fields}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode() + content)


def patiently(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """Ask again where the server has no time, as its answer says that one should."""
    for _ in range(20):
        answer = ocr(session, url, number, timeout)
        if answer.outcome is not Outcome.OVERLOADED:
            break
        time.sleep(0.3)
    return answer


def test_also_where_batches_are_spoiled_clients_leave_and_time_runs_out(start: Start):
    server = start(limits={"request_timeout_seconds": 2.5})
    tally, over, injected = Tally(), threading.Event(), 0
    chance = random.Random(7)

    def disturb() -> None:
        nonlocal injected
        while not over.wait(0.1):
            stage, fault = chance.choice(["det", "rec"]), chance.choice(["raise", "nan", "count", "crash"])
            server.inject(stage, fault)
            injected += 1
            leave(server, chance.randrange(10_000, 20_000))

    disturber = threading.Thread(target=disturb)
    disturber.start()
    post_all(server.url, range(1000, 1000 + PAGES), CLIENTS, tally, patiently)
    over.set()
    disturber.join()
    server.withdraw()
    tally.check(f"{CLIENTS} clients, disturbed by {injected} faults")
    # The faults hit batches, and work was dropped because its client had left.
    assert tally.failed["paddlex 500"] > 0, tally.failed
    assert metric(server, "ppocr_abandoned_seconds_count") > 0
    # A fault a tenth of a second and a short deadline on a busy machine fail most pages; a fifth has to come through.
    assert tally.answered >= PAGES // 5
    wait_until(lambda: "ppocr_queue_requests 0.0" in requests.get(f"{server.url}/metrics", timeout=10).text)
    calm = Tally()
    post_all(server.url, range(8), 2, calm)
    calm.check("calm again")
    assert calm.answered == 8
