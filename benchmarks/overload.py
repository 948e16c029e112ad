"""Four times as many requests as the server can answer: does it still answer as many as it can, each in its time?

    python -m benchmarks.overload [--factor 4] [--seconds 10] [--rounds 3] [--deadline 10]

The capacity is measured (8 clients, each waiting for its answer), then requests come at random times, at the given
multiple of that, whether or not they are answered; so in turn, for some rounds, because other work on the machine comes
and goes. All on one server, whose limit for a request is the deadline. A phase lasts until its last good answer. Pages
are lines of drawn text; who is refused goes away. The figures are printed and kept in ``results/overload.json``.
"""

import argparse
import base64
import http.client
import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np

from benchmarks.command import run_command
from benchmarks.figures import quantiles
from benchmarks.machine import made_with
from benchmarks.peers import OURS, Ours, Peer, ours
from benchmarks.store import FOLDER

CLIENTS, MOST_AT_ONCE, WARM_SECONDS = 8, 512, 15.0
LINES, KINDS = 5, 40
GRACE_SECONDS = 0.25
"""On top of the deadline, for the answer to reach a client that shares the machine."""
REFUSED = "at capacity"
PAUSE_SECONDS = 0.5
"""Of a client that was refused; one that asks again at once would measure how fast it is refused."""


@dataclass(slots=True)
class Count:
    """The counts of the requests of one phase, by what became of them.

    Attributes:
        lasted: seconds that the phases took together, each until its last good answer.
        seconds: how long each answer with a text took.
        late: good answers after the deadline.
        given_up: accepted, and not answered for want of time.
        refusals: seconds until each refusal.
    """

    lasted: float = 0.0
    last_answer: float = 0.0
    seconds: list[float] = field(default_factory=list)
    late: int = 0
    given_up: int = 0
    refusals: list[float] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def rate(self) -> float:
        """Answers in time, a second."""
        return (len(self.seconds) - self.late) / self.lasted


def main() -> int:
    """Exit status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--factor", type=float, default=4.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--deadline", type=float, default=10.0)
    given = parser.parse_args()
    bodies = [_body(number) for number in range(KINDS)]
    settings = (f"limits.request_timeout_seconds={given.deadline}",)
    with ours("ours", Ours(OURS["ours"].weights, settings)) as peer:
        _closed(peer, bodies, WARM_SECONDS, given.deadline, Count())
        closed, over = Count(), Count()
        for _ in range(given.rounds):
            _closed(peer, bodies, given.seconds, given.deadline, closed)
            _open(peer, bodies, given.factor * closed.rate, given.seconds, given.deadline, over)
    figures = _figures(given, closed, over)
    print(json.dumps(figures, indent=1))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "overload.json").write_text(json.dumps({"made_with": made_with(), **figures}, indent=1) + "\n")
    kept = figures["goodput_share"] >= 0.9 and figures["deadline_kept_share"] >= 0.99 and not figures["others"]
    return int(not kept)


def _figures(given: argparse.Namespace, closed: Count, over: Count) -> dict[str, object]:
    accepted = len(over.seconds) + over.given_up
    good = len(over.seconds) - over.late
    return {
        "capacity_per_second": round(closed.rate, 2),
        "offered_per_second": round(given.factor * closed.rate, 2),
        "goodput_per_second": round(over.rate, 2),
        "goodput_share": round(over.rate / closed.rate, 3),
        "accepted": accepted,
        "deadline_seconds": given.deadline,
        "deadline_kept_share": round(good / accepted, 4) if accepted else 0.0,
        "late": over.late,
        "given_up": over.given_up,
        "refused": len(over.refusals),
        "answer_seconds_p50_p95_p99": [round(value, 3) for value in quantiles(over.seconds)],
        "refusal_seconds_p50_p95_p99": [round(value, 3) for value in quantiles(over.refusals)],
        "others": dict(over.others),
    }


def _closed(peer: Peer, bodies: list[bytes], seconds: float, deadline: float, count: Count) -> None:
    begin = time.perf_counter()

    def client(number: int) -> None:
        while time.perf_counter() < begin + seconds:
            if not _ask(peer, bodies[number % KINDS], time.perf_counter(), deadline, count):
                time.sleep(PAUSE_SECONDS)
            number += CLIENTS

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count.lasted += count.last_answer - begin


def _open(peer: Peer, bodies: list[bytes], rate: float, seconds: float, deadline: float, count: Count) -> None:
    arrivals = random.Random(1)
    begin, due, number = time.perf_counter(), 0.0, 0
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        while due < seconds:
            due += arrivals.expovariate(rate)
            number += 1
            time.sleep(max(0.0, begin + due - time.perf_counter()))
            pool.submit(_ask, peer, bodies[number % KINDS], begin + due, deadline, count)
    count.lasted += count.last_answer - begin


def _ask(peer: Peer, body: bytes, planned: float, deadline: float, count: Count) -> bool:
    """Whether there was an answer with a text."""
    connection = http.client.HTTPConnection(peer.host, peer.port, timeout=120)
    try:
        connection.request("POST", "/ocr", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        problem = ""
    except (OSError, http.client.HTTPException) as error:
        problem = type(error).__name__
    finally:
        connection.close()
    now = time.perf_counter()
    taken = now - planned
    with count.lock:
        if problem:
            count.others[f"lost: {problem}"] += 1
        elif answer.status == 200:
            count.last_answer = now
            count.seconds.append(taken)
            count.late += taken > deadline + GRACE_SECONDS
        elif answer.status == 503 and REFUSED in json.loads(content)["errorMsg"]:
            count.refusals.append(taken)
        elif answer.status == 503:
            count.given_up += 1
        else:
            count.others[str(answer.status)] += 1
    return not problem and answer.status == 200


def _body(number: int) -> bytes:
    image = np.full((60 * LINES + 40, 720, 3), 255, np.uint8)
    for line in range(LINES):
        text = f"Invoice {number * 100 + line:05d} paid in full"
        cv2.putText(image, text, (30, 60 * (line + 1)), cv2.FONT_HERSHEY_DUPLEX, 1.2, (0, 0, 0), 2, cv2.LINE_AA)
    written, data = cv2.imencode(".png", image)
    assert written
    return json.dumps({"file": base64.b64encode(data).decode(), "fileType": 1, "visualize": False}).encode()


if __name__ == "__main__":
    run_command(main)
