"""A worker like the real one, except that a PDF may ask for a fault: ``%PDF-`` followed by the fault's name."""

import os
import resource
import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from server.decode.formats.pdf_file import PdfFile
from server.decode.formats.readers import PageNote, Reader, Unreadable, map_target, read_whole
from server.decode.workers.openers import OPENERS
from server.decode.workers.worker import main

GIGABYTE = 1024**3
WRITTEN = Path(tempfile.gettempdir()) / "written-by-a-decode-worker"
SECRET = Path(tempfile.gettempdir()) / "secret-of-the-server"
VIOLATIONS: dict[str, Callable[[], object]] = {
    "write": lambda: WRITTEN.write_bytes(b"x"),
    "create": WRITTEN.touch,
    "read-secret": SECRET.read_bytes,
    "list-secrets": lambda: list(SECRET.parent.iterdir()),
    "fork": os.fork,
    "program": lambda: os.execv("/bin/true", ["true"]),
    "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "unix-socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "signal": lambda: os.kill(os.getppid(), 0),
    "privileges": lambda: os.setuid(os.getuid()),
    "more-memory": lambda: resource.setrlimit(resource.RLIMIT_AS, (2**40, 2**40)),
    "limits-of-others": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1)),
}
"""No worker may do these; a page of twice the width says that it could."""


class FaultyFile:
    """Two pages of 10 x 5 points, and trouble."""

    total = 2

    def __init__(self, fault: str) -> None:
        self._fault = fault
        if fault == "hang-open":
            _hang()
        if fault == "exit":
            os._exit(3)
        if fault == "abort":
            os.abort()
        if fault == "memory":
            bytearray(8 * GIGABYTE)
        if fault == "spin":
            _spin()
        self._scale = 2.0 if fault in VIOLATIONS and _succeeds(VIOLATIONS[fault]) else 1.0

    def resolutions(self, count: int) -> tuple[tuple[float, float] | None, ...]:
        return () if self._fault == "few-resolutions" else (None,) * count

    def sizes(self, count: int) -> tuple[tuple[float, float], ...]:
        if self._fault == "few-sizes":
            return ((10.0, 5.0),)
        if self._fault == "negative-size":
            return ((10.0, 5.0), (-1.0, 5.0))
        if self._fault == "environment":
            return ((10.0 + ("PPOCR_TEST_SECRET" in os.environ), 5.0),) * count
        return ((10.0 * self._scale, 5.0),) * count

    def draw(self, index: int, size: tuple[int, int], scale: float, target: int) -> tuple[PageNote, ...]:
        if self._fault == "hang-page" and index == 1:
            _hang()
        mapping = map_target(target)
        mapping[:] = bytes([index]) * len(mapping)
        return ()

    def close(self) -> None:
        pass


def _times(descriptor: int, length: int) -> int:
    """How often the file was opened: its position, which workers share and which the server left at its end."""
    position = os.lseek(descriptor, 0, os.SEEK_CUR)
    times = 0 if position == length else position
    os.lseek(descriptor, times + 1, os.SEEK_SET)
    return times


def _succeeds(violation: Callable[[], object]) -> bool:
    try:
        violation()
    except OSError:
        return False
    return True


def _hang() -> None:
    while True:
        signal.pause()


def _spin() -> None:
    while True:
        pass


def _open(descriptor: int, password: str | None) -> Reader:
    data = read_whole(descriptor)
    if data.startswith(b"%PDF-1"):
        return PdfFile(descriptor)
    if not data.startswith(b"%PDF-"):
        raise Unreadable
    if data.startswith(b"%PDF-killed-") and _times(descriptor, len(data)) < int(data.split(b"-")[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return FaultyFile(data.removeprefix(b"%PDF-").decode())


if __name__ == "__main__":
    main({**OPENERS, "pdf": _open})
