"""The fastest of the installed engines for a recogniser on this machine is measured once, then remembered.

The measurement takes about a second. Its result lies in a small file beside the models, under a key of all that could
change it, so every later start takes the same engine. Where only one engine is installed there is nothing to measure.
"""

import json
import logging
import os
import platform
import time
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.engines.base import Engine, EngineOptions, open_engine
from models.errors import EngineUnavailable

logger = logging.getLogger(__name__)

MEMORY_FILE = "engine_choice.json"
"""In the model store's directory: the chosen engine by key."""

LINES, RUNS = 4, 3
"""Lines of a probe's batch, and how often each engine runs it after one run that warms it. The best run counts."""


def fastest_engine(
    names: Sequence[str], model: Path, shape: tuple[int, int, int], options: EngineOptions, memory: Path
) -> str:
    """The fastest of several engines that can all run a recogniser.

    Args:
        names: engines to choose from.
        model: the recogniser's directory; ``inference.onnx`` is in it.
        shape: its nominal input: channels, height, width.
        options: how the engine will be opened.
        memory: the directory that the choice is kept in. Where it cannot be written, every start measures.

    Raises:
        EngineUnavailable: none of the engines can be used with these options.
        EngineFailure: one of them cannot run the model.
    """
    if len(names) == 1:
        return names[0]
    file = memory / MEMORY_FILE
    key = _key(names, model, options)
    remembered = _read(file)
    if remembered.get(key) in names:
        logger.info("engine: %s, as measured before on this machine (%s)", remembered[key], file)
        return remembered[key]
    seconds = measure(names, model, shape, options)
    chosen = min(seconds, key=lambda name: seconds[name])
    figures = ", ".join(f"{name} {1000 * taken / LINES:.1f} ms a line" for name, taken in seconds.items())
    logger.info("engine: %s, the fastest measured on this machine: %s", chosen, figures)
    _write(file, {**remembered, key: chosen})
    return chosen


def measure(names: Sequence[str], model: Path, shape: tuple[int, int, int], options: EngineOptions) -> dict[str, float]:
    """Seconds of the best run of each engine that can be used, on the same batch.

    Raises:
        EngineUnavailable: none of the engines can be used with these options.
        EngineFailure: one of them cannot run the model.
    """
    batch = np.random.default_rng(0).uniform(-1, 1, (LINES, *shape)).astype(np.float32)
    engines = _open(names, model, options)
    try:
        for engine in engines.values():
            engine.run(batch)
        taken = {name: [_timed(engine, batch) for _ in range(RUNS)] for name, engine in engines.items()}
        return {name: min(runs) for name, runs in taken.items()}
    finally:
        for engine in engines.values():
            engine.close()


def _open(names: Sequence[str], model: Path, options: EngineOptions) -> dict[str, Engine]:
    """Open the engines that can be used; one that is not installed, or not made for these options, is left out."""
    engines: dict[str, Engine] = {}
    refusals: list[EngineUnavailable] = []
    for name in names:
        try:
            engines[name] = open_engine(name, model, options)
        except EngineUnavailable as error:
            logger.info("engine: not %s: %s", name, error)
            refusals.append(error)
    if not engines:
        raise refusals[0]
    return engines


def _timed(engine: Engine, batch: NDArray[np.float32]) -> float:
    begin = time.perf_counter()
    engine.run(batch)
    return time.perf_counter() - begin


def _key(names: Sequence[str], model: Path, options: EngineOptions) -> str:
    """One text for everything that the choice depends on: processor, threads, precision, versions, weights."""
    weights = (model / "inference.onnx").read_bytes()
    parts = [_processor(), str(os.cpu_count()), str(options.threads), str(options.streams), options.precision]
    parts += [f"{name} {_version(name)}" for name in names]
    return sha256("|".join([*parts, sha256(weights).hexdigest()]).encode()).hexdigest()


def _version(name: str) -> str:
    """An engine's version; empty where its library was installed under another name."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    """Name and instruction sets of the processor where the system tells (Linux), else what Python knows."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    kept = ("model name", "cpu family", "model\t", "flags", "CPU part", "Features")
    return "\n".join(sorted({line for line in text.splitlines() if line.startswith(kept)}))


def _read(file: Path) -> dict[str, str]:
    """Return the remembered choices; none where the file is absent or is not such a file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(key): str(name) for key, name in content.items()} if isinstance(content, dict) else {}


def _write(file: Path, choices: dict[str, str]) -> None:
    """Keep the choices: a whole file or none."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(choices, indent=1) + "\n", encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        logger.warning("the choice of engine cannot be kept in %s (%s); the next start measures again", file, error)
