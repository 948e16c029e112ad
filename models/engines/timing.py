"""Engines are timed in turn, on the same batch. So other work of the machine favours none of them."""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.engines.base import Engine, EngineOptions, open_engine
from models.errors import EngineUnavailable

LINES, ROUNDS = 4, 9
"""Lines of a batch, and the number of rounds. In a round each engine runs the batch once. The first round warms the
engines and does not count. Every other round goes through the engines in the opposite order."""

_NANOSECONDS = 1_000_000_000
_TASKS = Path("/proc/self/task")


@dataclass(frozen=True, slots=True)
class Timings:
    """The times of several engines.

    Attributes:
        seconds: for each engine the seconds of its run in each round; the rounds are the same for all.
        waited: the seconds that threads of this process were ready to run and had no core, for each second of runs.
            About 0 on a machine with nothing else to do.
        refusals: for each engine that cannot be used, the reason.
    """

    seconds: Mapping[str, Sequence[float]]
    waited: float
    refusals: Mapping[str, EngineUnavailable]


def time_engines(names: Sequence[str], model: Path, shape: tuple[int, int, int], options: EngineOptions) -> Timings:
    """Time engines on a batch of `LINES` random lines. Engines that cannot be used are left out.

    Args:
        names: of the engines.
        model: directory of a recogniser.
        shape: channels, height and width of a line.
        options: how the engines are opened.

    Raises:
        EngineFailure: one of them cannot run the model.
    """
    batch = np.random.default_rng(0).uniform(-1, 1, (LINES, *shape)).astype(np.float32)
    engines, refusals = _open(names, model, replace(options, permit=nullcontext()))
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    try:
        for engine in engines.values():
            engine.run(batch)
        waited = _waited()
        for round_ in range(ROUNDS):
            for name in list(engines)[:: -1 if round_ % 2 else 1]:
                with options.permit:  # outside the clock: to wait for other models is no work of the engine
                    seconds[name].append(_timed(engines[name], batch))
        waited = _waited() - waited
    finally:
        for engine in engines.values():
            engine.close()
    whole = sum(map(sum, seconds.values()))
    return Timings(seconds, waited / whole if whole else 0.0, refusals)


def _open(
    names: Sequence[str], model: Path, options: EngineOptions
) -> tuple[dict[str, Engine], dict[str, EngineUnavailable]]:
    """Open the engines that are installed and made for these options."""
    engines: dict[str, Engine] = {}
    refusals: dict[str, EngineUnavailable] = {}
    for name in names:
        try:
            engines[name] = open_engine(name, model, options)
        except EngineUnavailable as error:
            refusals[name] = error
    return engines, refusals


def _timed(engine: Engine, batch: NDArray[np.float32]) -> float:
    begin = time.perf_counter()
    engine.run(batch)
    return time.perf_counter() - begin


def _waited() -> float:
    """Seconds that the threads of this process have waited for a core so far: see proc(5), ``schedstat``.

    0 where the kernel does not tell.
    """
    nanoseconds = 0
    for file in _TASKS.glob("*/schedstat"):
        with suppress(OSError, ValueError, IndexError):  # a thread that ends, or a kernel without the file
            nanoseconds += int(file.read_text(encoding="ascii").split()[1])
    return nanoseconds / _NANOSECONDS
