"""This measures how busy the GPU is, as ``nvidia-smi`` says it while something runs."""

import os
import shutil
import statistics
import subprocess
from collections.abc import Mapping
from types import TracebackType
from typing import Self

INTERVAL_MILLISECONDS = 200


class Utilisation:
    """Use as a context manager; afterwards `percent` is the mean share of time in which a kernel ran.

    Args:
        device: as the configuration names it. On ``cpu``, or without the program, nothing is measured.
    """

    def __init__(self, device: str) -> None:
        self.percent: float | None = None
        self._index = card_of(device, os.environ) if device != "cpu" and shutil.which("nvidia-smi") else None
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if self._index is not None:
            query = ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
            command = ["nvidia-smi", "-i", self._index, *query, "-lms", str(INTERVAL_MILLISECONDS)]
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self._process.terminate()
        output, _ = self._process.communicate()
        samples = [float(line) for line in output.split() if line.replace(".", "", 1).isdigit()]
        self.percent = statistics.fmean(samples) if samples else None


def card_of(device: str, environ: Mapping[str, str]) -> str | None:
    """The card of a device as ``nvidia-smi`` names it, by number or UUID; None if it has no name for it.

    ``nvidia-smi`` counts the cards of the machine. A device is one of those that ``CUDA_VISIBLE_DEVICES`` leaves.
    """
    number = device.partition(":")[2]
    allowed = environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is None:
        return number
    cards = [card.strip() for card in allowed.split(",") if card.strip()]
    card = cards[int(number)] if int(number) < len(cards) else ""
    return card if card.isdecimal() or card.startswith("GPU-") else None
