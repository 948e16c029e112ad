"""The engine of ``auto``: the best known one, unless another is clearly faster on this machine.

Engines are timed once, which takes a second or two. The choice lies in a small file beside the models with its figures,
under a key of all that could change it, so every later start takes the same engine. Two installations on one machine
take the same engine too: small differences never decide, and times of a busy machine decide nothing.
"""

import json
import logging
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, get_args

from models.engines.base import EngineOptions
from models.engines.timing import LINES, Timings, time_engines

logger = logging.getLogger(__name__)

MEMORY_FILE = "engine_choice.json"
"""In the model store's directory: the choices by key."""

MARGIN = 1.15
"""Another engine is taken where the best known one needs at least so many times as long."""

AGREEING = 0.75
"""The share of rounds that has to show this as well."""

MOST_WAITED = 0.2
"""The most seconds that threads may have waited for a core, for each second of runs. Beyond it the machine was busy."""

Reason = Literal["clearly_faster", "best_known", "busy_machine"]

_WORDS: Mapping[Reason, str] = {
    "clearly_faster": "clearly the fastest",
    "best_known": "the best known one, because none is clearly faster",
    "busy_machine": "the best known one, because other programs disturbed the measurement",
}


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """The engine that was chosen, and why.

    Attributes:
        engine: its name.
        reason: ``busy_machine`` is no lasting choice: the next start measures again.
        milliseconds: of one line, by engine: the best round of each.
        measured: date and time, in UTC.
    """

    engine: str
    reason: Reason
    milliseconds: Mapping[str, float]
    measured: str

    def __str__(self) -> str:
        figures = ", ".join(f"{name} {taken:.1f} ms a line" for name, taken in self.milliseconds.items())
        return f"{self.engine}, {_WORDS[self.reason]}: {figures}; measured at {self.measured}"


def measured_choice(
    names: Sequence[str],
    model: Path,
    shape: tuple[int, int, int],
    options: EngineOptions,
    memory: Path,
    *,
    again: bool = False,
) -> EngineChoice:
    """Choose one of several engines that can all run a recogniser, as before or by measuring them.

    Args:
        names: engines to choose from, the best known one first.
        model: the recogniser's directory; ``inference.onnx`` is in it.
        shape: its nominal input: channels, height, width.
        options: how the engine will be opened.
        memory: the directory that the choice is kept in. Where it cannot be written, every start measures.
        again: measure also where a choice is kept.

    Raises:
        EngineUnavailable: none of the engines can be used with these options.
        EngineFailure: one of them cannot run the model.
    """
    file = memory / MEMORY_FILE
    kept = kept_choice(names, model, options, memory)
    if kept is not None and kept.reason != "busy_machine" and not again:
        logger.info("engine: %s", kept)
        return kept
    timings = time_engines(names, model, shape, options)
    for name, refusal in timings.refusals.items():
        logger.info("engine: not %s: %s", name, refusal)
    if not timings.seconds:
        raise next(iter(timings.refusals.values()))
    choice = decide(timings)
    logger.info("engine: %s", choice)
    _keep(file, _key(names, model, options), choice)
    return choice


def kept_choice(names: Sequence[str], model: Path, options: EngineOptions, memory: Path) -> EngineChoice | None:
    """The choice that was made before; None where there is none. For the arguments see `measured_choice`."""
    choice = _choice(_read(memory / MEMORY_FILE).get(_key(names, model, options)))
    return choice if choice is not None and choice.engine in names else None


def decide(timings: Timings) -> EngineChoice:
    """Take the first engine of the timings, unless another one is clearly faster. There must be one engine at least."""
    best_known = next(iter(timings.seconds))
    milliseconds = {name: 1000 * min(seconds) / LINES for name, seconds in timings.seconds.items()}
    now = datetime.now(UTC).isoformat(" ", "seconds")
    if len(milliseconds) > 1 and timings.waited > MOST_WAITED:
        return EngineChoice(best_known, "busy_machine", milliseconds, now)
    clearly_faster = [name for name in milliseconds if _clearly_faster(timings, name, best_known)]
    if not clearly_faster:
        return EngineChoice(best_known, "best_known", milliseconds, now)
    return EngineChoice(min(clearly_faster, key=milliseconds.__getitem__), "clearly_faster", milliseconds, now)


def _clearly_faster(timings: Timings, name: str, other: str) -> bool:
    """Whether an engine's best round is faster than the other's by `MARGIN`, and most rounds agree."""
    own, others = timings.seconds[name], timings.seconds[other]
    agreeing = sum(theirs >= MARGIN * mine for mine, theirs in zip(own, others, strict=True))
    return min(others) >= MARGIN * min(own) and agreeing >= AGREEING * len(own)


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


def _read(file: Path) -> dict[str, object]:
    """Return the kept choices; none where the file is absent or is not such a file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _choice(entry: object) -> EngineChoice | None:
    """An entry of the file; None where it is none, such as a bare name, which an earlier version kept."""
    match entry:
        case {"engine": str(engine), "reason": str(reason), "milliseconds": dict(figures), "measured": str(measured)}:
            known = next((each for each in get_args(Reason) if each == reason), None)
            milliseconds = {str(name): float(ms) for name, ms in figures.items() if isinstance(ms, float | int)}
            return EngineChoice(engine, known, milliseconds, measured) if known is not None else None
    return None


def _keep(file: Path, key: str, choice: EngineChoice) -> None:
    """Add a choice to the file, which is written as a whole or not at all."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps({**_read(file), key: asdict(choice)}, indent=1) + "\n", encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        logger.warning("the choice of engine cannot be kept in %s (%s); the next start measures again", file, error)
