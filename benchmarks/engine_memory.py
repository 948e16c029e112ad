"""Working memory that the engines keep: after a large page, and after many line widths never seen before.

    python -m benchmarks.engine_memory DETECTOR_DIRECTORY RECOGNISER_DIRECTORY

Resident set in MiB of a process of its own for each case, on random input; model directories as `models pull` leaves
them.
"""

import argparse
import multiprocessing
import random
import resource
from pathlib import Path

import numpy as np

from benchmarks.command import run_command
from models.descriptions.model_directory import ONNX_FILE
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


def main() -> int:
    """Run every case in a new process, so that none inherits another's memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector", type=_model_directory)
    parser.add_argument("recogniser", type=_model_directory)
    given = parser.parse_args()
    failed = False
    context = multiprocessing.get_context("spawn")
    for engine in ("openvino", "onnxruntime"):
        for case, directory in ((large_page, given.detector), (many_widths, given.recogniser)):
            process = context.Process(target=case, args=(engine, directory))
            process.start()
            process.join()
            failed |= process.exitcode != 0
    return int(failed)


def _model_directory(text: str) -> Path:
    path = Path(text)
    if not (path / ONNX_FILE).is_file():
        raise argparse.ArgumentTypeError(f"there is no {ONNX_FILE} in {text!r}")
    return path


if __name__ == "__main__":
    run_command(main)
