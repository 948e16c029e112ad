"""Whole pipelines in this process: pages in memory in, text out. No files, no HTTP."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.gpu.figures import Agreement, Ceilings, Throughput
from benchmarks.gpu.networks import DETECTOR, RECOGNISER, Setup
from benchmarks.gpu.roofline import cost_of
from benchmarks.gpu.utilisation import Utilisation
from benchmarks.metrics import characters, edit_distance
from models.config import ModuleConfig, PipelineConfig
from models.document import Image, Page
from models.loader import build_pipeline
from models.modules import without_optional_modules
from models.options import OcrOptions
from models.pipeline import OcrPipeline
from models.store.weights import ModelStore

MANIFEST = Path(__file__).resolve().parents[2] / "configs" / "models.yaml"
IN_FLIGHT = 64
PLAIN = without_optional_modules()
DETECTION, RECOGNITION = "text_detection", "text_recognition"


@dataclass(frozen=True, slots=True)
class Floors:
    """Least seconds of the device for a pixel that the detector sees, and for one of a padded line."""

    detection: float
    recognition: float

    @classmethod
    def of(cls, setup: Setup, ceilings: Ceilings) -> "Floors":
        """Counted on full batches of ordinary sizes, in which the weights weigh little."""
        networks = setup.networks()

        def of_pixel(stage: str, shape: tuple[int, int, int, int]) -> float:
            count, _, height, width = shape
            return cost_of(networks[stage], shape, setup.dtype).seconds(ceilings) / (count * height * width)

        return cls(of_pixel("detection", (8, 3, 960, 672)), of_pixel("recognition", (32, 3, 48, 640)))

    def share(self, detected: float, recognised: float, seconds: float) -> float:
        """Share of the roofline, 0..1, when so many pixels took so long."""
        return (detected * self.detection + recognised * self.recognition) / seconds


def compare(setup: Setup, images: Sequence[Image]) -> Agreement:
    """Read pages on the device, and on the CPU in float32 by the independent path of NumPy and OpenCV."""
    engine = "onnxruntime" if find_spec("onnxruntime") else "torch"
    ours = asyncio.run(_texts(setup, "torch", images))
    theirs = asyncio.run(_texts(setup.on_host, engine, images))
    different = sum(edit_distance(mine, other) for mine, other in zip(ours, theirs, strict=True))
    return Agreement(engine, len(images), sum(map(len, theirs)), different)


def throughput(setup: Setup, images: Sequence[Image], floors: Floors) -> Throughput:
    """Read the pages over and over."""
    return asyncio.run(_throughput(setup, images, floors, 4.0 if setup.quick else 20.0))


async def _texts(setup: Setup, engine: str, images: Sequence[Image]) -> list[str]:
    async with _pipeline(setup, engine) as (pipeline, options):
        results = [await pipeline.read(Page(image), options) for image in images]
    return [characters(line.text for line in result.lines) for result in results]


async def _throughput(setup: Setup, images: Sequence[Image], floors: Floors, duration: float) -> Throughput:
    async with _pipeline(setup, "torch") as (pipeline, options):
        in_flight = min(IN_FLIGHT, 4 * len(images))
        await _read_until(pipeline, options, images, in_flight, time.perf_counter() + duration / 4)
        before = _pixels(pipeline)
        begin = time.perf_counter()
        with Utilisation(setup.device) as utilisation:
            pages = await _read_until(pipeline, options, images, in_flight, begin + duration)
            seconds = time.perf_counter() - begin
        detected, recognised = (after - old for after, old in zip(_pixels(pipeline), before, strict=True))
    share = floors.share(detected, recognised, seconds)
    return Throughput(pages / seconds, recognised / 1000 / seconds, utilisation.percent, share)


async def _read_until(
    pipeline: OcrPipeline, options: OcrOptions, images: Sequence[Image], in_flight: int, end: float
) -> int:
    """Keep so many pages in the pipeline until a time; how many were read, the last ones included."""
    turn = itertools.cycle(images)
    read = 0

    async def client() -> None:
        nonlocal read
        while time.perf_counter() < end:
            await pipeline.read(Page(next(turn)), options, flow=object())
            read += 1

    await asyncio.gather(*(client() for _ in range(in_flight)))
    return read


def _pixels(pipeline: OcrPipeline) -> tuple[int, int]:
    """Pixels that the detector saw, and padded ones of lines, so far."""
    stats = pipeline.stats()
    return stats[DETECTION][0].cost, stats[RECOGNITION][0].cost


@asynccontextmanager
async def _pipeline(setup: Setup, engine: str) -> AsyncIterator[tuple[OcrPipeline, OcrOptions]]:
    config = PipelineConfig(
        ModuleConfig(DETECTOR, setup.directory(DETECTOR).path),
        ModuleConfig(RECOGNISER, setup.directory(RECOGNISER).path, batch_size=6),
        engine=engine,
        device=setup.device,
        padding="bucket",
    )
    pipeline = await asyncio.to_thread(build_pipeline, config, ModelStore(offline=True, manifest_path=MANIFEST))
    try:
        yield pipeline, pipeline.defaults.resolve(PLAIN)
    finally:
        await pipeline.close()
