"""Load on a server: closed (each client waits for its answer) and open (requests come whether or not it keeps up).

Clients are threads on connections of the standard library: they cost the machine, which they share with the server
under test, as little as possible.
"""

import http.client
import queue
import random
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.peers import Peer, Request

TIMEOUT_SECONDS = 600.0
MOST_AT_ONCE = 256
"""Requests of an open load that may be on their way together."""


@dataclass(slots=True)
class LoadResult:
    """The results of one run of a list of requests.

    Attributes:
        seconds: wall time from the first request to the last answer.
        pages: pages of the answered requests.
        latencies: request name and seconds of each answered request.
        errors: requests that were not answered with 200.
        answers: the bodies by request name, where they were asked for.
    """

    seconds: float = 0.0
    pages: int = 0
    latencies: list[tuple[str, float]] = field(default_factory=list)
    errors: int = 0
    answers: dict[str, list[bytes]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, request: Request, answer: bytes | None, seconds: float, *, keep: bool) -> None:
        """Add one request; ``answer`` is None where it failed."""
        with self._lock:
            if answer is None:
                self.errors += 1
                return
            self.pages += request.pages
            self.latencies.append((request.name, seconds))
            if keep:
                self.answers.setdefault(request.name, []).append(answer)


def closed_load(peer: Peer, requests: Sequence[Request], clients: int, *, keep: bool = False) -> LoadResult:
    """Send every request once, ``clients`` at a time; with ``keep`` the answers are kept."""
    result = LoadResult()
    waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
    for request in requests:
        waiting.put(request)

    def client() -> None:
        connection = http.client.HTTPConnection(peer.host, peer.port, timeout=TIMEOUT_SECONDS)
        while True:
            try:
                request = waiting.get_nowait()
            except queue.Empty:
                break
            begin = time.perf_counter()
            answer = _send(connection, request)
            result.count(request, answer, time.perf_counter() - begin, keep=keep)
        connection.close()

    begin = time.perf_counter()
    _run_all([threading.Thread(target=client) for _ in range(clients)])
    result.seconds = time.perf_counter() - begin
    return result


def intervals(rate: float, count: int, seed: int) -> list[float]:
    """Seconds before each of so many arrivals of a Poisson process."""
    arrivals = random.Random(seed)
    return [arrivals.expovariate(rate) for _ in range(count)]


def open_load(peer: Peer, requests: Sequence[Request], rate: float, seed: int) -> LoadResult:
    """Send every request once at the times of a Poisson process; latency counts from the planned time.

    Args:
        peer: the server.
        requests: in the order of arrival.
        rate: mean arrivals in a second.
        seed: of the arrival times, so that every system gets the same.
    """
    result, due = LoadResult(), 0.0
    begin = time.perf_counter()

    def send(request: Request, planned: float) -> None:
        connection = http.client.HTTPConnection(peer.host, peer.port, timeout=TIMEOUT_SECONDS)
        answer = _send(connection, request)
        connection.close()
        result.count(request, answer, time.perf_counter() - begin - planned, keep=False)

    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        for request, interval in zip(requests, intervals(rate, len(requests), seed), strict=True):
            due += interval
            time.sleep(max(0.0, begin + due - time.perf_counter()))
            pool.submit(send, request, due)
    result.seconds = time.perf_counter() - begin
    return result


@contextmanager
def background_load(peer: Peer, requests: Sequence[Request], clients: int) -> Iterator[None]:
    """Keep ``clients`` clients busy with the requests, over and over, until the block ends and they are answered.

    The block begins when every client has sent its first.
    """
    stop, sent = threading.Event(), threading.Barrier(clients + 1)

    def client(number: int) -> None:
        connection = http.client.HTTPConnection(peer.host, peer.port, timeout=TIMEOUT_SECONDS)
        turn = cycle([*requests[number % len(requests) :], *requests[: number % len(requests)]])
        first = next(turn)
        connection.request("POST", first.path, first.body, first.headers)
        sent.wait()
        connection.getresponse().read()
        while not stop.is_set():
            _send(connection, next(turn))
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    sent.wait()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def request_in_flight(peer: Peer, request: Request) -> Iterator[threading.Event]:
    """One request that is being answered during the block, and is given up at its end.

    Yields:
        An event that is set when its answer came before the block ended.
    """
    answered = threading.Event()
    connection = http.client.HTTPConnection(peer.host, peer.port, timeout=TIMEOUT_SECONDS)
    connection.request("POST", request.path, request.body, request.headers)
    assert connection.sock is not None
    line = connection.sock

    def wait() -> None:
        if line.recv(1):
            answered.set()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield answered
    finally:
        line.shutdown(socket.SHUT_RDWR)
        thread.join()
        connection.close()


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


def _run_all(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
