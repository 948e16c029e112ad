"""Working memory that the engines keep: after a large page, and after many line widths never seen before.

    python -m benchmarks.engine_memory DETECTOR_DIRECTORY RECOGNISER_DIRECTORY

Resident set in MiB of a process of its own for each case, on random input; model directories as `models pull` leaves
them.
"""

import multiprocessing
import random
import resource
import sys
from pathlib import Path

import numpy as np

from models.engines.base import EngineOptions, open_engine

WIDTHS, BATCH = 400, 6
SMALL, LARGE = 640, 3200


def resident_mebibytes() -> int:
    """Resident set of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def large_page(engine: str, directory: Path) -> None:
    """One small page, then a large one."""
    model = open_engine(engine, directory, EngineOptions())
    for side in (SMALL, LARGE, SMALL):
        model.run(np.random.default_rng(0).random((1, 3, side, side), np.float32))
        print(f"{engine:12} detection {side} x {side}: {resident_mebibytes()} MiB")


def many_widths(engine: str, directory: Path) -> None:
    """Batches of lines whose widths hardly ever repeat."""
    model = open_engine(engine, directory, EngineOptions())
    widths = random.Random(0)
    for number in range(1, WIDTHS + 1):
        model.run(np.zeros((BATCH, 3, 48, widths.randint(320, 1000)), np.float32))
        if number in (1, WIDTHS // 4, WIDTHS):
            print(f"{engine:12} recognition, {number} widths: {resident_mebibytes()} MiB")


def main(detector: str, recogniser: str) -> None:
    """Run every case in a new process, so that none inherits another's memory."""
    context = multiprocessing.get_context("spawn")
    for engine in ("openvino", "onnxruntime"):
        for case, directory in ((large_page, detector), (many_widths, recogniser)):
            process = context.Process(target=case, args=(engine, Path(directory)))
            process.start()
            process.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
