"""Does `/health` stay quick while strangers and callers send bodies that are made to cost much?

    python -m benchmarks.loop [--seconds 5] [--only TEXT] [--beside CHECKOUT]

Clients post such bodies while one more client asks for `/health` on a connection of its own. In each situation 32
clients send bodies of 255 KB, or one client sends bodies of 200 MB; with keys, so that all of them are strangers, and
without, so that they are callers. Bodies of 200 MB are sent by callers only: a stranger's are not read, or not so far.
Printed are milliseconds. The exit status is 1 where the 99th percentile is over its bar. `--beside` measures another
checkout of this project too, in turns, without bars.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.command import run_command
from benchmarks.figures import quantiles
from benchmarks.machine import REPOSITORY
from benchmarks.profiles import PROFILES
from tests.reference import serving

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

CLIENTS = 32
SMALL, LARGE = 255_000, 200_000_000
SMALL_BAR_MS, LARGE_BAR_MS = 50.0, 100.0
PAUSE_SECONDS = 0.005
"""Between two questions about the health."""
ANSWER_SECONDS = 120.0

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
OCR, TASK, COMPLEX = "/ocr", "/task/pic/ocr", "/aipaas/ocr/v1/identify/complexDOcr"
SOLVE, BAIDU = "/createTask", "/rest/2.0/ocr/v1/general_basic"

KEYS = {
    "auth.tokens": {"bench": "bench-token"},
    "contracts.capsolver.keys": {"bench": "bench-key"},
    "contracts.complexdocr.keys": {"bench": "bench-key"},
    "contracts.file_task.keys": {"bench": "bench-key"},
    "contracts.baidu.keys": {"bench": "bench-key"},
}
ROOM = {
    "contracts.capsolver.max_base64_bytes": LARGE,
    "contracts.complexdocr.max_base64_bytes": LARGE,
    "contracts.file_task.max_upload_bytes": LARGE + 1000,
    "contracts.baidu.general_max_base64_bytes": LARGE,
}


@dataclass(frozen=True, slots=True)
class Body:
    """A body that is sent as one piece again and again, between a beginning and an end.

    Attributes:
        kind: its Content-Type.
    """

    kind: str
    begin: bytes
    piece: bytes
    end: bytes

    def sized(self, size: int) -> tuple[int, Iterator[bytes]]:
        """Give the length of a body of about this size, and its parts."""
        block = self.piece * max(1, min(size, 1 << 18) // len(self.piece))
        times, rest = divmod((size - len(self.begin) - len(self.end)) // len(self.piece) * len(self.piece), len(block))

        def parts() -> Iterator[bytes]:
            yield self.begin
            for _ in range(times):
                yield block
            yield block[:rest] + self.end

        return len(self.begin) + times * len(block) + rest + len(self.end), parts()


@dataclass(frozen=True, slots=True)
class Situation:
    """A load beside which the health is asked for.

    Attributes:
        open: the server has no keys, so that everybody is a caller.
        size: of each body, in bytes.
    """

    name: str
    path: str
    body: Body
    open: bool
    size: int

    @property
    def clients(self) -> int:
        """Clients that send at the same time."""
        return CLIENTS if self.size == SMALL else 1

    @property
    def bar_ms(self) -> float:
        """Largest 99th percentile."""
        return SMALL_BAR_MS if self.size == SMALL else LARGE_BAR_MS


LISTS = Body(JSON, b"[[]", b",[]", b"]")
UNKNOWN = Body(JSON, b'{"x":[[]', b",[]", b"]}")
STRINGS = Body(JSON, b'{"x":[""', b',"abcdefg"', b"]}")
BREAKS = Body(MULTIPART, b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n', b"\r\n", b"--b--")
UPLOAD = Body(MULTIPART, BREAKS.begin.replace(b'"file"', b'"image_file"'), b"\r\n", b"--b--")
BASE64 = b"QUJD" * 16
CAPTCHA = b'{"task":{"type":"ImageToTextTask","body":"'
CAPTCHA_END = b'"},"clientKey":"a"}'
SMALL_BODIES = {
    "ocr lists": (OCR, LISTS),
    "ocr strings": (OCR, STRINGS),
    "ocr base64": (OCR, Body(JSON, b'{"fileType":1,"file":"', BASE64, b'"}')),
    "ocr line breaks": (OCR, BREAKS),
    "unknown path lists": ("/nothing", LISTS),
    "capsolver lists": (SOLVE, LISTS),
    "capsolver unknown": (SOLVE, UNKNOWN),
    "complexdocr lists": (COMPLEX, LISTS),
    "file task line breaks": (TASK, UPLOAD),
    "baidu ampersands": (BAIDU, Body(FORM, b"a=", b"&a=", b"")),
    "baidu escapes": (BAIDU, Body(FORM, b"image=", b"%41%2b%2F", b"")),
    "baidu query": (f"{BAIDU}?a=" + "&a=" * 20_000, LISTS),
}
LARGE_BODIES = {
    "ocr lists": (OCR, LISTS),
    "ocr unknown": (OCR, UNKNOWN),
    "ocr deep": (OCR, Body(JSON, b"[", b"[", b"]")),
    "ocr base64": (OCR, Body(JSON, b'{"fileType":1,"file":"', BASE64, b'"}')),
    "ocr escaped base64": (OCR, Body(JSON, b'{"fileType":1,"file":"', BASE64 + b"\\/", b'"}')),
    "ocr padding signs": (OCR, Body(JSON, b'{"fileType":1,"file":"', b"A=", b'"}')),
    "ocr logId": (OCR, Body(JSON, b'{"fileType":1,"file":"QUJD","logId":"', b"0123456789abcdef", b'"}')),
    "ocr logId of umlauts": (OCR, Body(JSON, b'{"fileType":1,"file":"QUJD","logId":"', "äöü".encode(), b'"}')),
    "ocr quotes": (OCR, Body(JSON, b'{"x":"', b'\\"', b'"}')),
    "ocr image": (OCR, Body("image/png", b"\x89PNG\r\n\x1a\n", b"\0" * 64, b"")),
    "ocr line breaks": (OCR, BREAKS),
    "ocr text": (OCR, Body("text/plain", b"", b"[]", b"")),
    "capsolver base64": (SOLVE, Body(JSON, CAPTCHA, BASE64, CAPTCHA_END)),
    "capsolver spaces": (SOLVE, Body(JSON, CAPTCHA, b"A ", CAPTCHA_END)),
    "complexdocr base64": (COMPLEX, Body(JSON, b'{"seqid":"a","image":"', BASE64, b'"}')),
    "complexdocr seqid": (COMPLEX, Body(JSON, b'{"image":"QUJD","seqid":"', BASE64, b'"}')),
    "file task line breaks": (TASK, UPLOAD),
    "baidu escapes": (BAIDU, Body(FORM, b"image=", b"%41%2b%2F", b"")),
    "baidu base64": (BAIDU, Body(FORM, b"image=", BASE64, b"")),
}  # fmt: skip
SITUATIONS = tuple(
    Situation(f"{who}, {name}, {size // 1000} kB", path, body, who == "callers", size)
    for who, bodies, size in (
        ("strangers", SMALL_BODIES, SMALL),
        ("callers", SMALL_BODIES, SMALL),
        ("callers", LARGE_BODIES, LARGE),
    )
    for name, (path, body) in bodies.items()
)


@dataclass(slots=True)
class Measured:
    """The answers of one situation.

    Attributes:
        health_ms: milliseconds of each answer about the health.
        statuses: how often each HTTP status answered the load.
    """

    health_ms: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each situation; a last body is sent to its end")
    parser.add_argument("--only", default="", metavar="TEXT", help="situations whose name holds it")
    parser.add_argument("--beside", type=Path, metavar="CHECKOUT", help="also measure this one")
    given = parser.parse_args(arguments)
    chosen = [situation for situation in SITUATIONS if given.only in situation.name]
    checkouts = {"ours": REPOSITORY} | ({"beside": given.beside.resolve()} if given.beside else {})
    missed = 0
    print(f"{'situation':48}{'':8}{'p50':>8}{'p99':>8}{'most':>8}{'bar':>6}  answers", flush=True)
    for is_open in (False, True):
        with ExitStack() as running:
            ports = {name: running.enter_context(_server(checkout, is_open)) for name, checkout in checkouts.items()}
            for situation in (each for each in chosen if each.open == is_open):
                for name, port in ports.items():
                    missed += _told(name, situation, measure(port, situation, given.seconds))
    print(f"{missed} over the bar" if missed else "all within the bar")
    return int(missed > 0)


def _told(name: str, situation: Situation, measured: Measured) -> bool:
    """Print the figures of one situation. Gives whether ours are over the bar."""
    p50, _, p99 = quantiles(measured.health_ms)
    figures = f"{p50:8.1f}{p99:8.1f}{max(measured.health_ms):8.1f}{situation.bar_ms:6.0f}"
    print(f"{situation.name:48}{name:8}{figures}  {_shown(measured.statuses)}", flush=True)
    return name == "ours" and p99 > situation.bar_ms


def measure(port: int, situation: Situation, seconds: float) -> Measured:
    """Ask for the health while a process of its own sends the load."""
    measured, context = Measured(), multiprocessing.get_context("fork")
    begun, results = context.Event(), context.SimpleQueue()
    load = context.Process(target=_load, args=(port, situation, seconds, begun, results))
    load.start()
    begun.wait()
    finished = threading.Event()
    watching = threading.Thread(target=_watch, args=(port, finished, measured.health_ms))
    watching.start()
    measured.statuses.update(results.get())
    finished.set()
    watching.join()
    load.join()
    return measured


def _watch(port: int, finished: threading.Event, milliseconds: list[float]) -> None:
    connection = http.client.HTTPConnection(serving_host(), port, timeout=ANSWER_SECONDS)
    while not finished.is_set():
        begin = time.perf_counter()
        connection.request("GET", "/health")
        connection.getresponse().read()
        milliseconds.append((time.perf_counter() - begin) * 1000)
        time.sleep(PAUSE_SECONDS)
    connection.close()


def serving_host() -> str:
    """The address that the servers listen on."""
    return "127.0.0.1"


def _load(
    port: int, situation: Situation, seconds: float, begun: Event, results: "SimpleQueue[dict[str, int]]"
) -> None:
    statuses: Counter[str] = Counter()
    end = time.monotonic() + seconds

    def client() -> None:
        while time.monotonic() < end:
            statuses[_post(port, situation)] += 1

    clients = [threading.Thread(target=client) for _ in range(situation.clients)]
    begun.set()
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    results.put(dict(statuses))


def _post(port: int, situation: Situation) -> str:
    length, parts = situation.body.sized(situation.size)
    head = (
        f"POST {situation.path} HTTP/1.1\r\nHost: {serving_host()}\r\nContent-Type: {situation.body.kind}\r\n"
        f"Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((serving_host(), port), ANSWER_SECONDS) as connection:
        try:
            connection.sendall(head.encode())
            for part in parts:
                connection.sendall(part)
        except OSError:
            pass  # the server may answer before the end of the body, and close
        try:
            answer = connection.recv(65536)
        except OSError as error:
            return type(error).__name__
        return answer[9:12].decode("latin-1") or "closed"


@contextmanager
def _server(checkout: Path, is_open: bool) -> Iterator[int]:
    port = serving.free_port()
    settings = {**ROOM, **({} if is_open else KEYS)}
    options = [option for name, value in settings.items() for option in ("--set", f"{name}={json.dumps(value)}")]
    program = ["-c", "from server.cli import main; main()", "serve", "--config", str(PROFILES["v5_mobile"])]
    environ = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, *program, "--port", str(port), *options]
    with serving.running(command, port, environ, ready="/health/ready"):
        yield port


def _shown(statuses: Counter[str]) -> str:
    return ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))


if __name__ == "__main__":
    run_command(main)
