"""Strangers flood a server with what is no document: does its memory grow, and does each connection end in time?

    python -m tests.hostile.floods [--mebibytes 600]

The server is the real one, with a token that nobody here knows, once with HTTP and once with HTTPS. Of each kind so
many MiB are sent, over connections that are opened anew whenever the server ends one. No answer is read. The memory is
that of the server's own process: the most that it had during a flood, less what it had before. Bytes of all kinds were
sent once before, so that code and buffers are there. The exit status is 1 where a bar is missed.
"""

import argparse
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.certificates import Pair, make_pair
from tests.contract.conftest import Server

MEBIBYTE = 1024 * 1024
BODY_SECONDS = 2.0
"""The server's time for a head, a body, and for answers to be taken."""
LATEST_SECONDS = 15.0
"""By then a connection must have ended: the time for a head and for its answers, and what a busy machine takes."""
CLIENTS = 2
UNREAD_BYTES = 4096
"""Of answers that the system keeps for a client that does not read them."""
MAX_GROWTH_MEBIBYTES = 1.0
WARM_MEBIBYTES = 48
SAMPLE_SECONDS = 0.01
PIECE_BYTES = 64 * 1024

CHUNKED = b"POST /ocr HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
LENGTH = b"POST /ocr HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000000000\r\n\r\n"
HEAD = b"GET /ocr HTTP/1.1\r\nHost: 127.0.0.1\r\n"
PADDING = b"X-Padding: " + b"a" * 4000 + b"\r\n"
FLOODS: dict[str, tuple[bytes, bytes]] = {
    "trailers": (CHUNKED + b"1\r\n{\r\n0\r\n", b"X-Trailer: " + b"a" * 8000 + b"\r\n"),
    "short trailers": (CHUNKED + b"0\r\n", b"a:\r\n"),
    "chunk extensions": (CHUNKED + b"1;", b"name=value;"),
    "extensions of many chunks": (CHUNKED, b"1;name=value-of-more-than-16-bytes\r\na\r\n"),
    "chunk sizes": (CHUNKED, b"0"),
    "headers": (HEAD, b"X-Header: " + b"a" * 8000 + b"\r\n"),
    "short headers": (HEAD, b"a:\r\n"),
    "one header": (HEAD + b"X: ", b"a"),
    "target": (b"GET /", b"a"),
    "empty lines": (b"\r\n", b"\r\n"),
    "pipelined requests": (b"", HEAD + PADDING + b"\r\n"),
    "pipelined upgrades": (b"", HEAD + PADDING + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\na"),
    "data after the answer": (LENGTH, b"a" * 4096),
    "chunks after the answer": (CHUNKED, b"1000\r\n" + b"a" * 4096 + b"\r\n"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flooded:
    """What one flood did.

    Attributes:
        sent_mebibytes: that the system took.
        connections: that it took.
        longest_seconds: of one connection; of pipelined requests, in which nothing was taken. They go on as long as the
            system has room for their answers.
        growth_mebibytes: of the server's resident memory, at its highest.
    """

    sent_mebibytes: float
    connections: int
    longest_seconds: float
    growth_mebibytes: float

    @property
    def missed(self) -> bool:
        """Whether a bar is missed."""
        return self.growth_mebibytes >= MAX_GROWTH_MEBIBYTES or self.longest_seconds > LATEST_SECONDS


class Flood:
    """One kind of bytes, sent by several clients at once."""

    def __init__(self, port: int, secure: bool, start: bytes, more: bytes) -> None:
        self._port, self._secure = port, secure
        self._start, self._piece = start, more * max(1, PIECE_BYTES // len(more))
        self._lock = threading.Lock()
        self.sent = self.connections = 0
        self.longest = 0.0

    def send(self, count: int) -> None:
        """Send so many bytes, or a little more."""
        clients = [threading.Thread(target=self._client, args=(count,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()

    def _client(self, count: int) -> None:
        while self.sent < count:
            begun = time.monotonic()
            taken = self._connection()
            since = begun if self._start else taken
            with self._lock:
                self.connections += 1
                self.longest = max(self.longest, time.monotonic() - since)

    def _connection(self) -> float:
        """Send until the server ends the connection. Gives the time when it last took something."""
        begun = taken = time.monotonic()
        try:
            with self._connected() as connection:
                connection.sendall(self._start)
                while not self._start or taken - begun < LATEST_SECONDS:
                    connection.sendall(self._piece)
                    taken = time.monotonic()
                    with self._lock:
                        self.sent += len(self._piece)
        except OSError:  # the server ended it, or takes nothing any more
            pass
        return taken

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        with closing(socket.socket()) as plain:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_BYTES)
            plain.settimeout(LATEST_SECONDS)
            plain.connect(("127.0.0.1", self._port))
            if not self._secure:
                yield plain
                return
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(plain) as encrypted:
                yield encrypted


class Memory:
    """The most that a process had, from the begin of the block to its end."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._finished = threading.Event()
        self._watch = threading.Thread(target=self._run, daemon=True)
        self.before = self.most = self._now()

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        self._watch.join()

    @property
    def growth(self) -> float:
        """MiB."""
        return round((self.most - self.before) / 1024, 2)

    def _run(self) -> None:
        while not self._finished.wait(SAMPLE_SECONDS):
            self.most = max(self.most, self._now())

    def _now(self) -> int:
        return next(int(line.split()[1]) for line in self._status.read_text().splitlines() if line.startswith("VmRSS"))


def flood(server: Server, name: str, mebibytes: int) -> Flooded:
    """Flood a running server with one kind."""
    flooding = Flood(server.port, server.url.startswith("https"), *FLOODS[name])
    with Memory(server.process.pid) as memory:
        flooding.send(mebibytes * MEBIBYTE)
    return Flooded(round(flooding.sent / MEBIBYTE, 1), flooding.connections, round(flooding.longest, 1), memory.growth)


@contextmanager
def flooded_server(pair: Pair | None = None) -> Iterator[Server]:
    """A server that strangers may connect to and nothing else."""
    settings = {"limits.body_timeout_seconds": BODY_SECONDS}
    if pair is not None:
        settings |= {"server.tls_certificate": pair.certificate, "server.tls_key": pair.key}
    given = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    server = Server(*given, PPOCR_SERVER_TOKENS="nobody=a-token-that-nobody-knows")
    try:
        yield server
    finally:
        server.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=600, help="of each kind")
    parser.add_argument("--only", default="", metavar="TEXT", help="kinds whose name holds it")
    given = parser.parse_args(arguments)
    if shutil.which("openssl") is None:
        parser.error("the program openssl is not installed; it makes the certificate")
    missed = 0
    print(f"{'':7}{'flood':27}{'MiB sent':>9}{'connections':>12}{'longest s':>10}{'MiB grown':>10}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        for scheme, pair in (("http", None), ("https", make_pair(Path(directory), "test"))):
            with flooded_server(pair) as server:
                chosen = [name for name in FLOODS if given.only in name]
                for name in chosen:
                    flood(server, name, WARM_MEBIBYTES)
                for name in chosen:
                    done = flood(server, name, given.mebibytes)
                    missed += done.missed
                    print(
                        f"{scheme:7}{name:27}{done.sent_mebibytes:9}{done.connections:12}{done.longest_seconds:10}"
                        f"{done.growth_mebibytes:10}{'  MISSED' if done.missed else ''}",
                        flush=True,
                    )
    print(f"{missed} over the bar" if missed else "all within the bars")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
