"""The limits of all that a connection may bring besides the data of bodies, over real connections."""

import asyncio
import gc
import re
import socket
import ssl
import sys
import threading
import time
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path

import pytest
import uvicorn

from server.http.protocol import MAX_FRAMING_BYTES, MAX_HEAD_BYTES, PARSED_BYTES, limited_protocol
from tests.certificates import Pair, make_pair

HEAD_SECONDS = 0.3
REQUEST = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
CHUNKED = b"POST %s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
MEBIBYTE = 1024 * 1024
REST_BYTES = 8 * MEBIBYTE


async def application(scope, receive, send) -> None:
    """Answers `POST /early` without reading its body, and all else after it.

    `/NUMBERxTIMES` is answered with so many bytes, `/body` with the number of the body's, `/headers` with the names.
    `POST /begin` gets the begin of its answer first; `/watched` works for 1 ms, and sees its client go.
    """
    path, size = scope["path"], 0
    if path == "/begin":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
    while path != "/early":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        if not message["more_body"]:
            break
    number, _, times = path[1:].partition("x")
    if path == "/body":
        pieces = [b"%d ok" % size]
    elif path == "/watched":
        watch = asyncio.ensure_future(receive())
        await asyncio.sleep(0.001)
        watch.cancel()
        pieces = [b"a" * 10_000]
    elif path == "/headers":
        pieces = [b" ".join(name for name, _ in scope["headers"]) + b" ok"]
    else:
        pieces = [b"ok"] if path in ("/x", "/", "/early") else [b"a" * int(number)] * int(times or 1)
    length = b"%d" % sum(map(len, pieces))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(
    head_seconds: float,
    loop: str = "auto",
    rest_bytes: int = sys.maxsize,
    pair: Pair | None = None,
    **options: int,
) -> Iterator[tuple[uvicorn.Server, int]]:
    """A server and its port; ``options`` are those of its sockets."""
    config = uvicorn.Config(
        application,
        loop=loop,
        http=limited_protocol(head_seconds, max_rest_bytes=rest_bytes),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
        ssl_certfile=pair and pair.certificate,
        ssl_keyfile=pair and pair.key,
    )
    server = uvicorn.Server(config)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        for name, value in options.items():
            listening.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield server, listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(HEAD_SECONDS) as (_, port):
        yield port


@pytest.fixture(scope="module")
def patient() -> Iterator[int]:
    """A server that waits long, and takes few bytes after an answer."""
    with serving(60.0, rest_bytes=REST_BYTES) as (_, port):
        yield port


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
    except (ConnectionError, ssl.SSLEOFError):
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


@pytest.fixture(scope="module")
def narrow() -> Iterator[tuple[uvicorn.Server, int]]:
    """A server whose answers stay in its own memory, because the system's buffers hold little."""
    # asyncio's own loop tells in the middle of a large write that most of it was taken.
    with serving(1.5, "asyncio", SO_SNDBUF=4096) as served:
        yield served


@contextmanager
def narrow_connection(port: int) -> Iterator[socket.socket]:
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", port))
        yield connection


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.002)


def unsent(server: uvicorn.Server) -> int:
    """Bytes of answers that no client took."""
    return sum(one.transport.get_write_buffer_size() for one in list(server.server_state.connections))


def test_the_rest_of_a_last_answer_that_is_never_read_is_given_up(narrow: tuple[uvicorn.Server, int]) -> None:
    server, port = narrow
    with narrow_connection(port) as connection:
        connection.sendall(b"GET /100000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        until(lambda: unsent(server) > 65536)
        # asyncio calls an answer taken where less than a quarter of its limit of 64 KiB is left.
        while unsent(server) > 16384:
            connection.recv(1024)
        assert unsent(server) > 0
        until(lambda: not server.server_state.connections)


def test_and_so_is_an_answer_before_a_head_that_does_not_arrive(narrow: tuple[uvicorn.Server, int]) -> None:
    server, port = narrow
    with narrow_connection(port) as connection:
        connection.sendall(b"GET /50000 HTTP/1.1\r\nHost: a\r\n\r\n")
        until(lambda: unsent(server) > 0)
        connection.sendall(b"GET / HT")
        until(lambda: not server.server_state.connections)


def test_and_so_is_a_large_one_that_is_read_a_little_now_and_then(
    narrow: tuple[uvicorn.Server, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every pause is shorter than the time for one; together they are longer."""
    monkeypatch.setattr("server.http.protocol.SLOWEST_BYTES_PER_SECOND", float("inf"))
    server, port = narrow
    received = 0
    with narrow_connection(port) as connection, suppress(ConnectionError):
        connection.sendall(b"GET /200000x5 HTTP/1.1\r\nHost: a\r\n\r\n")
        while chunk := connection.recv(65536):
            if received // 200_000 < (received + len(chunk)) // 200_000:
                time.sleep(1.0)
            received += len(chunk)
    assert received < 1_000_000
    until(lambda: not server.server_state.connections)


UPGRADE = b"Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: %s\r\nHTTP2-Settings: AAMAAABk\r\n"
BODIES = {
    "no": (b"\r\n", 0),
    "known": (b"Content-Length: 5\r\n\r\nGET /", 5),
    "large": (b"Content-Length: 100000\r\n\r\n" + b"a" * 100_000, 100_000),
    "chunked": (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nHost: b\r\n\r\n", 5),
}


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"TLS/1.2, HTTP/1.1"])
@pytest.mark.parametrize(("rest", "size"), BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("piece", [1_000_000, 7])
def test_a_wish_to_change_the_protocol_is_ignored_and_the_body_is_read(
    connection: socket.socket, protocol: bytes, rest: bytes, size: int, piece: int
) -> None:
    """Clients in Java wish for HTTP/2 in their first request, whatever it is."""
    wish = b"POST /body HTTP/1.1\r\n" + UPGRADE % protocol + rest
    sent = wish * 2 + b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd" + wish
    received = b""
    for begin in range(0, len(sent), piece) if size < 1000 else [slice(None)]:
        connection.sendall(sent[begin : begin + piece] if isinstance(begin, int) else sent[begin])
    while received.count(b" ok") < 4:
        chunk = connection.recv(65536)
        assert chunk, received
        received += chunk
    assert received.count(b"HTTP/1.1 200 OK") == 4
    assert re.findall(rb"(\d+) ok", received) == [b"%d" % each for each in (size, size, 4, size)]


def test_a_body_of_unknown_length_is_refused_with_such_a_wish_too(connection: socket.socket) -> None:
    connection.sendall(
        b"POST /body HTTP/1.1\r\n" + UPGRADE % b"h2c" + b"Transfer-Encoding: gzip\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
    )
    received = until_closed(connection)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1


def test_no_wish_makes_room_for_a_larger_head(connection: socket.socket) -> None:
    head = b"POST /body HTTP/1.1\r\n" + UPGRADE % b"h2c" + b"X: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n"
    connection.sendall(head)
    assert until_closed(connection).startswith(b"HTTP/1.1 431 ")


def test_a_tunnel_is_refused(connection: socket.socket) -> None:
    connection.sendall(b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    received = until_closed(connection)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1


def _wrapped(plain: socket.socket, context: ssl.SSLContext | None) -> AbstractContextManager[socket.socket]:
    return nullcontext(plain) if context is None else context.wrap_socket(plain)


def endless(
    port: int, start: bytes, more: bytes, most: int = 64 * MEBIBYTE, context: ssl.SSLContext | None = None
) -> tuple[bytes, int]:
    """Send ``start`` and then ``more`` until the server ends the connection, which it must before ``most`` bytes.

    Returns:
        What it answered, or nothing where the system threw that away; and the most memory (bytes) that Python took.
    """
    repeated = more * max(1, 65536 // len(more))
    tracemalloc.start()
    try:
        with narrow_connection(port) as plain, _wrapped(plain, context) as connection:
            sent = 0
            try:
                connection.sendall(start)
                while sent < most:
                    connection.sendall(repeated)
                    sent += len(repeated)
            except (ConnectionError, ssl.SSLEOFError):
                pass
            assert sent < most, "all of it was taken"
            received = until_closed(connection)
        return received, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


ENDLESS = {
    "trailers": (b"1\r\na\r\n0\r\n", b"X-Trailer: " + b"a" * 8000 + b"\r\n"),
    "short trailers": (b"0\r\n", b"a:\r\n"),
    "one trailer's name": (b"0\r\n", b"a"),
    "one trailer's value": (b"0\r\na: ", b"a"),
    "a chunk's size": (b"", b"0"),
    "a chunk's extension": (b"1;", b"a"),
    "extensions": (b"", b"1;name=value-of-more-than-16-bytes\r\na\r\n"),
}


@pytest.mark.parametrize(("start", "more"), ENDLESS.values(), ids=ENDLESS.keys())
def test_what_is_no_data_of_a_body_must_end(port: int, start: bytes, more: bytes) -> None:
    received, memory = endless(port, CHUNKED % b"/" + start, more)
    assert received.startswith(b"HTTP/1.1 400 ") or not received
    assert memory < MEBIBYTE


@pytest.mark.parametrize(("start", "more"), ENDLESS.values(), ids=ENDLESS.keys())
def test_also_where_the_body_was_large(port: int, start: bytes, more: bytes) -> None:
    """Data makes up for the framing before it, not for what comes later."""
    chunk = b"%x\r\n" % (16 * MEBIBYTE) + b"a" * (16 * MEBIBYTE) + b"\r\n"
    endless(port, CHUNKED % b"/" + chunk + start, more)


@pytest.mark.parametrize(("start", "more"), ENDLESS.values(), ids=ENDLESS.keys())
def test_and_after_an_answer_gets_no_second_one(port: int, start: bytes, more: bytes) -> None:
    received, memory = endless(port, CHUNKED % b"/early" + start, more, 16 * MEBIBYTE)
    assert received.count(b"HTTP/1.1 ") <= 1
    assert memory < MEBIBYTE


@pytest.mark.parametrize(
    "length", [b"Transfer-Encoding: chunked\r\n\r\nfffffffffff\r\n", b"Content-Length: 99999999999\r\n\r\n"]
)
def test_data_after_an_answer_has_its_time_and_is_not_kept(port: int, length: bytes) -> None:
    received, memory = endless(port, b"POST /early HTTP/1.1\r\nHost: a\r\n" + length, b"a" * 65536, 10**11)
    assert received.count(b"HTTP/1.1 ") <= 1
    assert memory < MEBIBYTE


@pytest.mark.parametrize(
    "start", [b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % 10**9, b"Content-Length: 1000000000\r\n\r\n"]
)
def test_and_its_bytes(patient: int, start: bytes) -> None:
    """The time alone would end it after a minute, and let gigabytes through."""
    begin = b"POST /early HTTP/1.1\r\nHost: a\r\n" + start
    received, memory = endless(patient, begin, b"a" * 65536, 4 * REST_BYTES)
    assert received.count(b"HTTP/1.1 ") <= 1
    assert memory < MEBIBYTE


def test_a_client_that_sends_a_whole_body_before_it_reads_hears_the_answer(patient: int) -> None:
    body = b"a" * (REST_BYTES - 1000)
    with socket.create_connection(("127.0.0.1", patient), timeout=20) as connection:
        for _ in range(3):
            connection.sendall(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("more", [b"a", b"ab:cd\r\n", b"X: " + b"a" * 8000 + b"\r\n"], ids=["one", "short", "long"])
def test_a_head_that_does_not_end_takes_little_memory(port: int, more: bytes) -> None:
    received, memory = endless(port, b"GET / HTTP/1.1\r\nHost: a\r\n", more)
    assert received.startswith(b"HTTP/1.1 431 ") or not received
    assert memory < MEBIBYTE


def test_nor_do_empty_lines_between_requests(port: int) -> None:
    _, memory = endless(port, REQUEST, b"\r\n")
    assert memory < MEBIBYTE


@pytest.mark.parametrize("path", [b"/", b"/watched"])
def test_requests_whose_answers_nobody_takes_are_not_kept(port: int, path: bytes) -> None:
    received, memory = endless(port, b"", b"GET %s HTTP/1.1\r\n\r\n" % path)
    assert received.startswith(b"HTTP/1.1 200 ") or not received
    assert memory < 4 * MEBIBYTE  # with what the test itself takes; one piece of requests parsed whole takes 40 MiB


def test_many_requests_at_once_are_answered_in_their_order(connection: socket.socket) -> None:
    sizes = [number % 50 for number in range(5000)]
    requests = b"".join(b"GET /%d HTTP/1.1\r\n\r\n" % size for size in sizes)
    sender = threading.Thread(target=connection.sendall, args=(requests + b"GET /body HTTP/1.1\r\n\r\n",))
    tracemalloc.start()
    try:
        sender.start()
        received = answer(connection)
        memory = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    sender.join()
    assert [int(size) for size in re.findall(rb"content-length: (\d+)", received)] == [*sizes, len(b"0 ok")]
    assert memory < 4 * MEBIBYTE  # the answers are among it; 5000 requests alone take 10 MiB


def test_an_idle_connection_keeps_nothing(connection: socket.socket) -> None:
    body = b"a" * 200_000
    tracemalloc.start()
    try:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        answer(connection)
        assert tracemalloc.get_traced_memory()[0] < 50_000
    finally:
        tracemalloc.stop()


def test_a_trailer_is_no_header(connection: socket.socket) -> None:
    trailers = b"Authorization: Bearer a\r\nX-Forwarded-Host: b\r\nExpect: 100-continue\r\n"
    for _ in range(2):
        connection.sendall(CHUNKED % b"/headers" + b"1\r\na\r\n0\r\n" + trailers + b"\r\n")
        assert answer(connection).endswith(b"\r\n\r\nhost transfer-encoding ok")


@pytest.mark.parametrize(
    ("count", "chunk"),
    [
        (100_000, b"1\r\na\r\n"),
        (100_000, b"00000001\r\na\r\n"),
        (200, b"2000;chunk-signature=" + b"0" * 1000 + b"\r\n" + b"a" * 8192 + b"\r\n"),
    ],
    ids=["of one byte", "padded", "signed"],
)
def test_small_and_signed_chunks_pass(connection: socket.socket, count: int, chunk: bytes) -> None:
    trailers = b"X-Trailer: " + b"a" * (MAX_FRAMING_BYTES - 8192) + b"\r\n"
    connection.sendall(CHUNKED % b"/body" + chunk * count + b"0\r\n" + trailers + b"\r\n")
    size = count * int(chunk[:8].split(b";")[0].split(b"\r")[0], 16)
    assert answer(connection).endswith(b"\r\n\r\n%d ok" % size)


@pytest.mark.parametrize("bad", [b"no size\r\n", b"0\r\n" + b"a" * 2 * MAX_FRAMING_BYTES], ids=["wrong", "long"])
def test_a_bad_body_gets_no_answer_within_an_answer(connection: socket.socket, bad: bytes) -> None:
    connection.sendall(CHUNKED % b"/begin")
    received = connection.recv(65536)
    while not received.endswith(b"begun"):
        received += connection.recv(65536)
    with suppress(ConnectionError):
        connection.sendall(bad)
    assert until_closed(connection) == b""


def test_a_body_with_too_much_framing_hears_why(connection: socket.socket) -> None:
    connection.sendall(CHUNKED % b"/" + b"1;" + b"a" * (MAX_FRAMING_BYTES + 2 * PARSED_BYTES))
    received = until_closed(connection)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.endswith(b"Send larger chunks and no trailers.")


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with serving(HEAD_SECONDS, rest_bytes=REST_BYTES, pair=make_pair(tmp_path_factory.mktemp("tls"), "test")) as served:
        yield served[1]


OVER_TLS = {
    **{name: (CHUNKED % b"/" + start, more) for name, (start, more) in ENDLESS.items()},
    "a head": (b"GET / HTTP/1.1\r\nHost: a\r\n", b"ab:cd\r\n"),
    "a header": (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"a"),
    "empty lines": (REQUEST, b"\r\n"),
    "unread answers": (b"", b"GET / HTTP/1.1\r\n\r\n"),
    "unread large answers": (b"", b"GET /10000 HTTP/1.1\r\n\r\n"),
    "trailers after an answer": (CHUNKED % b"/early" + b"0\r\n", b"a:\r\n"),
    "data after an answer": (b"POST /early HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n", b"a" * 65536),
}


@pytest.mark.parametrize(("start", "more"), OVER_TLS.values(), ids=OVER_TLS.keys())
def test_tls_has_the_same_bounds(encrypted: int, start: bytes, more: bytes) -> None:
    """The transport has buffers of its own, and tells later that a client does not read.

    When the server has closed, TLS waits for the client's farewell. What comes meanwhile has its time and is not kept.
    """
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, memory = endless(encrypted, start, more, 10**11, context)
    assert memory < 4 * MEBIBYTE


def test_the_end_of_a_tls_connection_does_not_wait_for_its_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.http.protocol.FAREWELL_SECONDS", HEAD_SECONDS)
    with serving(1000.0, pair=make_pair(tmp_path, "test")) as (_, port):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        closing_head = b"POST /early HTTP/1.1\r\nConnection: close\r\nContent-Length: 1000000000\r\n\r\n"
        received, memory = endless(port, closing_head, b"a" * 65536, 2 * 10**9, context)  # its own 30 s bring more
    assert received.count(b"HTTP/1.1 ") <= 1
    assert memory < 4 * MEBIBYTE


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_lost_connection_is_freed_at_once_also_where_requests_wait(tmp_path: Path, secure: bool) -> None:
    """The garbage collector would come late: it does not count the buffers that a connection holds."""
    pair = make_pair(tmp_path, "test") if secure else None
    context = ssl.create_default_context() if secure else None
    if context:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    gc.disable()
    try:
        with serving(1000.0, pair=pair) as (server, port):
            with narrow_connection(port) as plain, _wrapped(plain, context) as connection:
                connection.sendall(b"GET /10000000 HTTP/1.1\r\n\r\n" + b"GET / HTTP/1.1\r\n\r\n" * 3)
                until(lambda: any(each.pipeline for each in list(server.server_state.connections)))
                (lost,) = [weakref.ref(each) for each in server.server_state.connections]
            until(lambda: lost() is None)
    finally:
        gc.enable()
