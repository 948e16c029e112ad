"""A worker like the real one, except that a PDF may ask for a fault: ``%PDF-`` followed by the fault's name."""

import os
import signal
import tempfile
from pathlib import Path

from server.decode.openers import OPENERS
from server.decode.pdf_file import PdfFile
from server.decode.readers import Reader, Unreadable, map_target, read_whole
from server.decode.worker import main

GIGABYTE = 1024**3
WRITTEN = Path(tempfile.gettempdir()) / "written-by-a-decode-worker"


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
        if fault.startswith("die-once ") and _first_time(fault):
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "memory":
            bytearray(8 * GIGABYTE)
        if fault == "write":
            WRITTEN.write_bytes(b"x")

    def sizes(self, count: int) -> tuple[tuple[float, float], ...]:
        if self._fault == "few-sizes":
            return ((10.0, 5.0),)
        if self._fault == "negative-size":
            return ((10.0, 5.0), (-1.0, 5.0))
        if self._fault == "environment":
            return ((10.0 + ("PPOCR_TEST_SECRET" in os.environ), 5.0),) * count
        return ((10.0, 5.0),) * count

    def draw(self, index: int, size: tuple[int, int], scale: float, target: int) -> None:
        if self._fault == "hang-page" and index == 1:
            _hang()
        mapping = map_target(target)
        mapping[:] = bytes([index]) * len(mapping)

    def close(self) -> None:
        pass


def _first_time(fault: str) -> bool:
    """Told by a folder that the test has made and that the first time takes away."""
    try:
        Path(fault.removeprefix("die-once ")).rmdir()
    except FileNotFoundError:
        return False
    return True


def _hang() -> None:
    while True:
        signal.pause()


def _open(descriptor: int, password: str | None) -> Reader:
    data = read_whole(descriptor)
    if data.startswith(b"%PDF-1"):
        return PdfFile(descriptor)
    if not data.startswith(b"%PDF-"):
        raise Unreadable
    return FaultyFile(data.removeprefix(b"%PDF-").decode())


if __name__ == "__main__":
    main({**OPENERS, "pdf": _open})
