"""The limits of a request's head, over real connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
import uvicorn

from server.http_protocol import MAX_HEAD_BYTES, limited_protocol

HEAD_SECONDS = 0.3
REQUEST = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"


async def application(scope, receive, send) -> None:
    """Answers `POST /early` without reading its body, and everything else after it."""
    while scope["path"] != "/early" and (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    config = uvicorn.Config(
        application, http=limited_protocol(HEAD_SECONDS), ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@pytest.fixture
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield connection


def answer(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"ok"):
        chunk = connection.recv(65536)
        if not chunk:
            break
        received += chunk
    return received


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def test_requests_follow_each_other(connection: socket.socket) -> None:
    for _ in range(3):
        connection.sendall(REQUEST)
        assert answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_many_requests_at_once_are_no_large_head(connection: socket.socket) -> None:
    count = 2 * MAX_HEAD_BYTES // len(REQUEST)
    sender = threading.Thread(target=connection.sendall, args=(REQUEST * count,))
    sender.start()
    received = b""
    while received.count(b"HTTP/1.1 200 OK") < count or not received.endswith(b"ok"):
        chunk = connection.recv(65536)
        assert chunk
        received += chunk
    sender.join()


def test_a_large_body_is_no_large_head(connection: socket.socket) -> None:
    body = b"a" * (20 * MAX_HEAD_BYTES)
    connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_nor_is_the_last_piece_of_one(connection: socket.socket) -> None:
    body = b"a" * (3 * MAX_HEAD_BYTES)
    for _ in range(30):
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_head_just_within_the_limit_passes(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * (MAX_HEAD_BYTES - 100) + b"\r\n\r\n")
    assert answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n",
        b"GET /" + b"a" * MAX_HEAD_BYTES + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * MAX_HEAD_BYTES + b"\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * (10 * MAX_HEAD_BYTES),
    ],
    ids=["value", "target", "many", "endless"],
)
def test_a_larger_one_is_refused(connection: socket.socket, head: bytes) -> None:
    try:
        connection.sendall(head)
    except (BrokenPipeError, ConnectionResetError):
        return  # refused before all of it was sent
    received = until_closed(connection)
    assert received.startswith(b"HTTP/1.1 431 ") or not received


def test_a_large_head_hears_why(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n")
    assert until_closed(connection).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("start", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n", b"\r\n"])
def test_a_head_that_does_not_arrive_ends_the_connection(connection: socket.socket, start: bytes) -> None:
    connection.sendall(start)
    assert until_closed(connection) == b""


@pytest.mark.parametrize("start", [b"GET / HT", b"\r\n"])
def test_and_so_does_a_second_one(connection: socket.socket, start: bytes) -> None:
    connection.sendall(REQUEST)
    answer(connection)
    connection.sendall(start)
    assert until_closed(connection) == b""


def test_and_the_rest_of_a_body_that_was_answered_early(connection: socket.socket) -> None:
    connection.sendall(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
    answer(connection)
    connection.sendall(b"a")
    assert until_closed(connection) == b""


def test_what_is_no_http_hears_so(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01 what\r\n\r\n")
    assert until_closed(connection).startswith(b"HTTP/1.1 400 ")
