"""This measures the cost of decoding JPEG and PNG in a worker process rather than in a thread of the server.

Both ways decode the same generated pages in the same run, taking turns; figures are medians.

    python -m benchmarks.isolation
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.command import run_command
from benchmarks.machine import made_with
from benchmarks.store import RESULTS
from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.intake.raw_file import FileKind, RawFile

SIZES = {"1 Mpx": (827, 1169), "4 Mpx": (1654, 2339), "9 Mpx": (2480, 3508), "16 Mpx": (3300, 4800)}
"""Width and height: A4 at 100, 200, 300 and about 400 dpi."""
FORMATS = (".jpg", ".png")
CLIENTS = (1, 16)
WAYS: tuple[Literal["risky", "all"], ...] = ("risky", "all")
RESULT = RESULTS.with_name("isolation.json")


@dataclass(frozen=True, slots=True)
class Row:
    """Median milliseconds from asking for a picture to having it, divided by the number of clients that ask at once.

    Attributes:
        thread, worker: the two ways.
    """

    format: str
    size: str
    kilobytes: int
    clients: int
    thread: float
    worker: float

    @property
    def text(self) -> str:
        """A row of a Markdown table."""
        more = self.worker - self.thread
        cells = (self.format[1:].upper(), self.size, str(self.clients), f"{self.thread:.1f}", f"{self.worker:.1f}")
        return f"| {' | '.join(cells)} | {more:+.1f} ({more / self.thread:+.0%}) |"


def page(width: int, height: int) -> NDArray[np.uint8]:
    """A page of text with a little of a scanner's noise, so that neither format compresses it to nothing."""
    random = np.random.default_rng(7)
    image = np.full((height, width, 3), 245, np.uint8)
    for row in range(60, height - 40, 48):
        words = " ".join(f"{number:05d}" for number in random.integers(0, 99999, width // 130))
        cv2.putText(image, words, (40, row), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (20, 20, 20), 2, cv2.LINE_AA)
    noise = random.integers(0, 6, (height, width, 1), np.uint8)
    return np.asarray(cv2.subtract(image, np.broadcast_to(noise, image.shape)), np.uint8)


async def timed(decoder: Decoder, data: bytes, clients: int, count: int) -> list[float]:
    """Milliseconds of each of ``count`` pictures, of which ``clients`` are asked for at a time."""
    seconds: list[float] = []
    left = iter(range(count))

    async def client() -> None:
        for _ in left:
            begin = time.perf_counter()
            async with decoder.open(RawFile(data, FileKind.IMAGE), max_pages=1) as document:
                await document.page(0)
            seconds.append((time.perf_counter() - begin) * 1000 / clients)

    await asyncio.gather(*(client() for _ in range(clients)))
    return seconds


async def measure(rounds: int, sizes: Sequence[str]) -> list[Row]:
    decoders = {way: Decoder(DecodeSettings(isolate=way), LimitSettings()) for way in WAYS}
    rows: list[Row] = []
    try:
        for decoder in decoders.values():
            await decoder.start()
        for size in sizes:
            for extension in FORMATS:
                data = cv2.imencode(extension, page(*SIZES[size]))[1].tobytes()
                for clients in CLIENTS:
                    rows.append(await _row(decoders, data, (extension, size), clients, rounds))
                    print(rows[-1].text, flush=True)
    finally:
        for decoder in decoders.values():
            await decoder.stop()
    return rows


async def _row(
    decoders: dict[Literal["risky", "all"], Decoder], data: bytes, names: tuple[str, str], clients: int, rounds: int
) -> Row:
    samples: dict[str, list[float]] = {way: [] for way in WAYS}
    for decoder in decoders.values():
        await timed(decoder, data, clients, clients * 2)
    for _ in range(rounds):
        for way in WAYS:
            samples[way] += await timed(decoders[way], data, clients, max(3, clients))
    thread, worker = (statistics.median(samples[way]) for way in WAYS)
    return Row(*names, len(data) // 1000, clients, round(thread, 2), round(worker, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    arguments = parser.parse_args()
    print("| format | size | clients | in a thread, ms | in a worker, ms | more |\n|---|---|---|---|---|---|")
    rows = asyncio.run(measure(arguments.rounds, arguments.sizes))
    RESULT.write_text(json.dumps({"made_with": made_with(), "rows": [asdict(row) for row in rows]}, indent=1) + "\n")


if __name__ == "__main__":
    run_command(main)
