"""Clients that are slow, silent, endless or gone."""

import contextlib
import json
import re
import select
import socket
import time
from collections.abc import Iterator

import numpy as np
import pytest
import requests

from tests.contract.adapters import adapters
from tests.contract.conftest import TEXT, body, picture, tiff, wait_until
from tests.faults.conftest import FaultyServer, Start
from tests.faults.load import Tally
from tests.faults.server_state import is_well, metric

HEAD = "POST /ocr HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
LONG = tiff([picture(width=1000, height=800)] * 8)


def request(content: dict[str, object], *headers: str) -> bytes:
    data = json.dumps(content).encode()
    more = "".join(f"{header}\r\n" for header in headers)
    return f"{HEAD}{more}Content-Length: {len(data)}\r\n\r\n".encode() + data


@contextlib.contextmanager
def connected(server: FaultyServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        yield connection


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def noisy(width: int, height: int) -> np.ndarray:
    """A picture whose JPEG is large."""
    image = picture(width=width, height=height)
    return image - np.random.default_rng(0).integers(0, 50, image.shape, np.uint8)


@pytest.mark.parametrize("start", [b"POST /ocr HT", HEAD.encode(), HEAD.encode() + b"Content-Length: 9\r\n\r\n{"])
def test_a_request_that_comes_too_slowly_is_ended(faulty: FaultyServer, start: bytes):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(connected(faulty)) for _ in range(20)]
        for connection in slow:
            connection.sendall(start)
        for connection in slow:
            assert connection.recv(13) in (b"", b"HTTP/1.1 408 ")
    is_well(faulty)


def test_bodies_on_their_way_shut_nobody_out(start: Start):
    """More of them than there are places, to endpoints that learn from the body who calls, too."""
    server = start(limits={"max_queued_requests": 2, "body_timeout_seconds": 60})
    paths = [path for contract in adapters() for path in (contract.path, *contract.other_bodies)] * 3
    with contextlib.ExitStack() as stack:
        for path in paths:
            connection = stack.enter_context(connected(server))
            connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{{".encode())
        wait_until(lambda: metric(server, "ppocr_queue_bytes") == len(paths))
        tally = Tally()
        with requests.Session() as session:
            tally.ask(session, server.url, 1)
        tally.check("a client beside slow ones")
        assert tally.answered == 1
    is_well(server)


def test_a_body_that_comes_byte_by_byte_has_no_more_time_than_any_other(faulty: FaultyServer):
    with connected(faulty) as connection:
        connection.sendall(f"{HEAD}Content-Length: 1000\r\n\r\n".encode())
        begin = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < begin + 20:
                connection.sendall(b"{")
                connection.settimeout(0.1)
                with contextlib.suppress(TimeoutError):
                    assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
                    break
        assert time.monotonic() < begin + 20
    is_well(faulty)


def test_a_body_without_end_is_cut_off(start: Start):
    server = start(limits={"max_body_bytes": 1_000_000})
    with connected(server) as connection:
        connection.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        sent = 0
        with contextlib.suppress(ConnectionError, TimeoutError):
            while sent < 200_000_000:
                connection.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")
                sent += 65536
                if select.select([connection], [], [], 0)[0]:
                    received = connection.recv(100)
                    assert received.startswith(b"HTTP/1.1 413 ")
                    break
        assert sent < 200_000_000
    is_well(server)


def test_a_client_that_closes_its_half_is_gone(faulty: FaultyServer):
    gone = metric(faulty, "ppocr_abandoned_seconds_count")
    with connected(faulty) as connection:
        connection.sendall(request(body(LONG)))
        wait_until(lambda: metric(faulty, "ppocr_queue_requests") > 0)
        connection.shutdown(socket.SHUT_WR)
        assert until_closed(connection) == b""
    wait_until(lambda: metric(faulty, "ppocr_abandoned_seconds_count") == gone + 1)
    is_well(faulty)


def test_the_queued_work_of_clients_that_are_gone_is_dropped_at_once(faulty: FaultyServer):
    in_time, all_of_them = 'ppocr_abandoned_seconds_bucket{le="0.1"}', "ppocr_abandoned_seconds_count"
    before = {series: metric(faulty, series) for series in (in_time, all_of_them, "ppocr_pages_total")}
    with contextlib.ExitStack() as stack:
        for _ in range(6):
            stack.enter_context(connected(faulty)).sendall(request(body(LONG)))
        wait_until(lambda: metric(faulty, "ppocr_queue_requests") == 6)
    wait_until(lambda: metric(faulty, all_of_them) == before[all_of_them] + 6)
    dropped, read = metric(faulty, in_time) - before[in_time], metric(faulty, "ppocr_pages_total")
    print(
        f"6 clients left 48 pages: {read - before['ppocr_pages_total']:.0f} read, {dropped:.0f} dropped within 100 ms"
    )
    # One of them may be late on a machine that does other things; all of them would be a fault.
    assert dropped >= 5
    assert read - before["ppocr_pages_total"] < 24
    is_well(faulty)


def test_a_client_that_sends_a_second_request_and_goes_is_gone_for_the_first(faulty: FaultyServer):
    gone = metric(faulty, "ppocr_abandoned_seconds_count")
    with connected(faulty) as connection:
        connection.sendall(request(body(LONG)))
        wait_until(lambda: metric(faulty, "ppocr_queue_requests") > 0)
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    wait_until(lambda: metric(faulty, "ppocr_abandoned_seconds_count") == gone + 1)
    is_well(faulty)


def test_a_client_that_never_reads_its_answer_is_cut_off_and_its_answer_counted(faulty: FaultyServer):
    large = tiff([noisy(1600, 1600)] * 2)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", faulty.port))
        connection.sendall(request({**body(large), "visualize": True}))
        wait_until(lambda: metric(faulty, "ppocr_queue_requests") > 0)
        wait_until(lambda: metric(faulty, "ppocr_queue_requests") == 0)
        held = metric(faulty, "ppocr_queue_bytes")
        wait_until(lambda: metric(faulty, "ppocr_queue_bytes") == 0)
        print(f"an answer that nobody took: {held:.0f} bytes counted, then let go")
        assert held > 100_000
    is_well(faulty)


def test_a_client_that_takes_no_pages_is_cut_off_and_its_document_ends(faulty: FaultyServer):
    large = tiff([noisy(1200, 1200)] * 10)
    before = metric(faulty, "ppocr_pages_total")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", faulty.port))
        connection.sendall(request({**body(large), "visualize": True}, "Accept: application/x-ndjson"))
        wait_until(lambda: metric(faulty, "ppocr_queue_requests") > 0)
        wait_until(lambda: metric(faulty, "ppocr_queue_requests") == 0)
        wait_until(lambda: metric(faulty, "ppocr_queue_bytes") == 0)
        print(f"pages that nobody took: {metric(faulty, 'ppocr_pages_total') - before:.0f} of 10 read")
        assert metric(faulty, "ppocr_pages_total") - before < 10
    is_well(faulty)


def test_an_answer_that_is_taken_slowly_arrives_whole(faulty: FaultyServer):
    content = request({**body(tiff([noisy(1600, 1600)] * 2)), "visualize": True})
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", faulty.port))
        connection.sendall(content)
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(1024)
        head, _, rest = received.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1])
        begin = time.monotonic()
        while len(rest) < length:
            time.sleep(0.005 if time.monotonic() < begin + 3 else 0)
            chunk = connection.recv(65536)
            assert chunk
            rest += chunk
    texts = [read["prunedResult"]["rec_texts"] for read in json.loads(rest)["result"]["ocrResults"]]
    assert texts == [[TEXT]] * 2
    is_well(faulty)


def test_connections_beyond_their_number_are_refused_and_the_others_are_not(start: Start):
    server = start(limits={"max_connections": 20})
    with contextlib.ExitStack() as stack, requests.Session() as session:
        assert session.get(f"{server.url}/health/live", timeout=10).status_code == 200
        for _ in range(19):
            stack.enter_context(connected(server))
        wait_until(lambda: session.get(f"{server.url}/health/live", timeout=10).status_code == 200)
        with connected(server) as one_more:
            refused = until_closed(one_more)
            assert refused.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 1" in refused
        tally = Tally()
        for number in range(3):
            tally.ask(session, server.url, number)
        tally.check("those who are connected")
        assert tally.answered == 3
    is_well(server)
