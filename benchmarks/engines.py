"""Do the engines read the same? Every engine runs the very batches that one of them is given.

    python -m benchmarks.engines [ENGINE ...] [--baseline onnxruntime] [--profile v5_mobile]
                                 [--golden] [--funsd N] [--set engine.padding=bucket] [--out FILE]

An engine is a name, or ``name:precision`` (``torch:fp16``), or with a model directory of its own for the recogniser and
the detector, ``name[:precision]=DETECTOR,RECOGNISER``. For ``paddle`` alone both are rebuilt from Paddle's layers with
the same weights and saved in Paddle's format.

The baseline engine runs the whole pipeline, so that all engines get the same detector inputs and the same line crops;
what it answers goes on, what the others answer is compared: the text of every line, the mask of text (at the threshold
0.3) of every page. Times are the engines' own, on batches that follow one another, one engine after the other.

Read are the 20 images, or with ``--golden`` the golden pages, and so many forms of FUNSD. No text is kept or shown.
Exit status 1: an engine in float32 gives another text for more than 0.5 % of the lines.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.command import result_file, run_command
from benchmarks.documents import images
from benchmarks.ground_truth import funsd
from benchmarks.machine import made_with
from benchmarks.metrics import edit_distance
from benchmarks.profiles import PROFILES
from benchmarks.readers import PLAIN
from models.descriptions.model_directory import ModelDirectory
from models.document import Page
from models.engines.base import Engine, EngineOptions, Precision, open_engine, registered_engine
from models.engines.registry import DEVICE_ENGINE
from models.loader import build_pipeline
from models.ops.ctc import ctc_characters, decode_line, greedy_decode
from models.options import PADDLEX
from server.cli.start import load
from server.pipelines.model_store import open_store
from tests.reference.serving import REPOSITORY
from tests.unit.models.engines.paddle_layers import paddle_directory

Tensor = NDArray[np.float32]
COMPARED = "compared"
GOLDEN = REPOSITORY / "tests" / "golden" / "pages"
PRECISIONS: dict[str, Precision] = {"f32": "f32", "bf16": "bf16", "fp16": "fp16", "fast": "fast"}
TEXT = 0.3
SAME_LINES = 0.995
"""Share of the lines that every engine must read as the baseline does, where both compute in float32."""


@dataclass(slots=True)
class Tally:
    """A tally counts how one engine differs from the baseline."""

    engine: str
    device: str = ""
    lines: int = 0
    same_lines: int = 0
    characters: int = 0
    changed_characters: int = 0
    score_difference: float = 0.0
    pages: int = 0
    smallest_overlap: float = 1.0
    map_difference: float = 0.0
    seconds: dict[str, float] = field(default_factory=lambda: {"detection": 0.0, "recognition": 0.0})

    @property
    def share(self) -> float:
        """Lines of identical text, 0..1."""
        return self.same_lines / max(1, self.lines)

    def row(self) -> str:
        """For people."""
        return (
            f"{self.engine:18} {self.device:34} {self.same_lines:6} of {self.lines:6} lines "
            f"({100 * self.share:7.3f} %), characters changed "
            f"{100 * self.changed_characters / max(1, self.characters):6.3f} %, score {self.score_difference:.1e}, "
            f"map {self.map_difference:.1e}, least overlap {self.smallest_overlap:.4f}, "
            f"det {self.seconds['detection']:6.1f} s, rec {self.seconds['recognition']:6.1f} s"
        )


@dataclass(frozen=True, slots=True)
class Contender:
    """An engine as it is written on the command line."""

    title: str
    name: str
    precision: Precision
    directories: tuple[Path, ...]

    @classmethod
    def parse(cls, text: str) -> "Contender":
        """See the module."""
        what, _, where = text.partition("=")
        name, _, precision = what.partition(":")
        return cls(what, name, PRECISIONS[precision or "f32"], tuple(Path(each) for each in where.split(",") if each))

    def in_paddles_form(self, profile: str, folder: Path) -> "Contender":
        """The same engine; for ``paddle`` without directories with both models rebuilt in a folder."""
        if self.name != "paddle" or self.directories:
            return self
        configuration = load(PROFILES[profile], ())
        config, store = configuration.pipeline, open_store(configuration)
        names = (config.text_detection.model_name, config.text_recognition.model_name)
        made = tuple(paddle_directory(store.find(name, "onnx"), folder / name) for name in names)
        return replace(self, directories=made)

    def open(self, directory: ModelDirectory, options: EngineOptions) -> Engine:
        """The engine on a model of the pipeline, or on its own form of it."""
        path = self.directories[0 if _task(directory) == "detection" else 1] if self.directories else directory.path
        own = replace(options, precision=self.precision)
        return _open_torch(path, own) if self.name == DEVICE_ENGINE else open_engine(self.name, path, own)


def _open_torch(directory: Path, options: EngineOptions) -> Engine:
    """The networks of the torch engine, without what it does on the device before and after."""
    from benchmarks.batch_engine import BatchEngine  # noqa: PLC0415 - PyTorch is an extra

    return BatchEngine(directory, options)


class ComparedEngine:
    """The baseline, with the others running along."""

    name = COMPARED
    batch_sizes: tuple[int, ...] = ()

    def __init__(self, task: str, engines: Sequence[Engine], tallies: Sequence[Tally], compare: "Comparison") -> None:
        self.device = engines[0].device
        self._task = task
        self._engines = engines
        self._tallies = tallies
        self._compare = compare

    def run(self, batch: Tensor) -> Tensor:
        """The baseline's answer."""
        answers = []
        for engine, tally in zip(self._engines, self._tallies, strict=True):
            begin = time.perf_counter()
            answers.append(np.array(engine.run(batch)))
            tally.seconds[self._task] += time.perf_counter() - begin
        for answer, tally in zip(answers, self._tallies, strict=True):
            self._compare(tally, answers[0], answer)
        return answers[0]

    def twin(self) -> None:
        """None: engines run one after the other."""

    def close(self) -> None:
        """Release all engines."""
        for engine in self._engines:
            engine.close()


Comparison = Callable[[Tally, Tensor, Tensor], None]


def compare_maps(tally: Tally, expected: Tensor, found: Tensor) -> None:
    """Detector: how far maps are apart, and how much of the text's mask they share."""
    ours, theirs = found > TEXT, expected > TEXT
    union = np.logical_or(ours, theirs).sum()
    overlap = float(np.logical_and(ours, theirs).sum() / union) if union else 1.0
    tally.pages += len(expected)
    tally.smallest_overlap = min(tally.smallest_overlap, overlap)
    tally.map_difference = max(tally.map_difference, float(np.abs(found - expected).max()))


def text_comparison(characters: Sequence[str]) -> Comparison:
    """Recogniser: whether lines have the same text."""

    def compare(tally: Tally, expected: Tensor, found: Tensor) -> None:
        for wanted, read in zip(_read(expected, characters), _read(found, characters), strict=True):
            tally.lines += 1
            tally.same_lines += wanted[0] == read[0]
            tally.characters += len(wanted[0])
            tally.changed_characters += edit_distance(wanted[0], read[0])
            if wanted[0] == read[0]:
                tally.score_difference = max(tally.score_difference, abs(wanted[1] - read[1]))

    return compare


def _read(probabilities: Tensor, characters: Sequence[str]) -> list[tuple[str, float]]:
    indices, best = greedy_decode(probabilities)
    lines = [decode_line(row, scores, characters) for row, scores in zip(indices, best, strict=True)]
    return [(line.text, line.score) for line in lines]


def _task(directory: ModelDirectory) -> str:
    return "recognition" if "rec" in directory.name.rsplit("_", 1)[-1] else "detection"


def compare(
    contenders: Sequence[Contender], profile: str, pages: Sequence[bytes], settings: Sequence[str]
) -> list[Tally]:
    """Run the pipeline on pages with all engines; the first is the baseline."""
    tallies = [Tally(contender.title) for contender in contenders]

    def opener(path: Path, options: EngineOptions) -> Engine:
        directory = ModelDirectory.read(path)
        task = _task(directory)
        engines = [contender.open(directory, options) for contender in contenders]
        for engine, tally in zip(engines, tallies, strict=True):
            tally.device = engine.device
        how = (
            compare_maps if task == "detection" else text_comparison(ctc_characters(directory.recognition().characters))
        )
        return ComparedEngine(task, engines, tallies, how)

    with registered_engine(COMPARED, opener):
        asyncio.run(_read_pages(profile, pages, settings))
    return tallies


async def _read_pages(profile: str, pages: Sequence[bytes], settings: Sequence[str]) -> None:
    configuration = load(PROFILES[profile], settings)
    config = replace(configuration.pipeline.only(PADDLEX), engine=COMPARED, optional="as_configured")
    pipeline = build_pipeline(config, open_store(configuration))
    options = pipeline.defaults.resolve(PLAIN)
    try:
        for page in pages:
            image = cv2.imdecode(np.frombuffer(page, np.uint8), cv2.IMREAD_COLOR)
            if image is not None:
                await pipeline.read(Page(np.asarray(image, np.uint8)), options)
    finally:
        await pipeline.close()


def main() -> int:
    """Compare, and print or keep what was found; 1 where an engine misses the bar."""
    parser = argparse.ArgumentParser(description="Do the engines read the same?")
    parser.add_argument("engines", nargs="*", default=["torch"], help="name, name:precision, name=DETECTOR,RECOGNISER")
    parser.add_argument("--baseline", default="onnxruntime")
    parser.add_argument("--profile", default="v5_mobile", choices=sorted(PROFILES))
    parser.add_argument("--golden", action="store_true", help="the golden pages instead of the 20 images")
    parser.add_argument("--funsd", type=int, default=0, help="so many forms of FUNSD, too")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    parser.add_argument("--out", type=result_file)
    asked = parser.parse_args()
    pages = (
        [file.read_bytes() for file in sorted(GOLDEN.iterdir())]
        if asked.golden
        else [page.content for page in images()]
    )
    pages += [page.image.read_bytes() for page in funsd()[: asked.funsd]]
    contenders = [Contender.parse(text) for text in (asked.baseline, *asked.engines)]
    with TemporaryDirectory() as folder:
        contenders = [each.in_paddles_form(asked.profile, Path(folder)) for each in contenders]
        tallies = compare(contenders, asked.profile, pages, asked.settings)
    for tally in tallies:
        print(tally.row())
    if asked.out:
        kept = {**made_with(), "pages": len(pages), "engines": [asdict(tally) for tally in tallies]}
        asked.out.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    exact = [tally for tally, contender in zip(tallies, contenders, strict=True) if contender.precision == "f32"]
    return int(any(tally.share < SAME_LINES for tally in exact))


if __name__ == "__main__":
    run_command(main)
