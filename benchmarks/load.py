"""A closed load: so many clients, each sending its next request when the last was answered, until a list is done.

Clients are threads on kept connections of the standard library: they cost the machine, which they share with the
server under test, as little as possible.
"""

import http.client
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.peers import Peer, Request

TIMEOUT = 600.0


@dataclass(slots=True)
class LoadResult:
    """What one run of a list of requests gave.

    Attributes:
        seconds: wall time from the first request to the last answer.
        latencies: seconds of each answered request.
        errors: requests that were not answered with 200.
        answers: the bodies by request name, where they were asked for.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)

    @property
    def requests_per_second(self) -> float:
        """Answered requests, not errors, in a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0


def run_load(peer: Peer, requests: Sequence[Request], clients: int, keep: bool = False) -> LoadResult:
    """Send every request once, ``clients`` at a time; with ``keep`` the answers are kept."""
    result, lock = LoadResult(), threading.Lock()
    waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
    for request in requests:
        waiting.put(request)

    def client() -> None:
        connection = http.client.HTTPConnection(peer.host, peer.port, timeout=TIMEOUT)
        while True:
            try:
                request = waiting.get_nowait()
            except queue.Empty:
                break
            begin = time.perf_counter()
            answer = _send(connection, request)
            seconds = time.perf_counter() - begin
            with lock:
                _count(result, request, answer if keep or answer is None else b"", seconds)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - begin
    return result


def _send(connection: http.client.HTTPConnection, request: Request) -> bytes | None:
    """The answer's body, or None where it was no 200."""
    try:
        connection.request("POST", request.path, request.body, request.headers)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return None
    return body if response.status == 200 else None


def _count(result: LoadResult, request: Request, answer: bytes | None, seconds: float) -> None:
    if answer is None:
        result.errors += 1
        return
    result.latencies.append(seconds)
    if answer:
        result.answers[request.name] = answer
