"""Whole pages on the device, with the real weights, against the same on the host: NumPy, OpenCV and ONNX Runtime."""

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from benchmarks.metrics import edit_distance
from models.config import ModuleConfig, PipelineConfig
from models.document import Image, Page, PageResult
from models.loader import build_pipeline
from models.options import OcrOverrides
from server.cli.start import load
from server.pipelines.model_store import open_store
from tests.unit.models.engines.torch.real_models import directory

GOLDEN = Path(__file__).parents[3] / "golden" / "pages"
PAGES = ("mixed.png", "rotated_90.png", "vertical.png", "cjk.png")
ALL_ON = OcrOverrides(use_doc_orientation_classify=True, use_doc_unwarping=False, use_textline_orientation=True)
MOST_DIFFERENT = 0.005
"""Share of characters."""


def picture(name: str) -> Image:
    return np.asarray(cv2.imread(str(GOLDEN / name), cv2.IMREAD_COLOR), np.uint8)


def read(engine: str, padding: str, names: Sequence[str], *, at_once: bool = False) -> list[PageResult]:
    """Read golden pages, one after the other or all at once, each a request of its own."""

    def module(name: str, batch_size: int = 1) -> ModuleConfig:
        return ModuleConfig(name, directory(name).path, batch_size)

    config = PipelineConfig(
        module("PP-OCRv5_mobile_det"),
        module("PP-OCRv5_mobile_rec", 6),
        textline_orientation=module("PP-LCNet_x1_0_textline_ori", 6),
        doc_orientation=module("PP-LCNet_x1_0_doc_ori"),
        optional="first_use",
        engine=engine,
        padding=padding,  # type: ignore[arg-type]
    )

    async def run() -> list[PageResult]:
        pipeline = build_pipeline(config, open_store(load(None, ())))
        options = pipeline.defaults.resolve(ALL_ON)
        calls = [lambda name=name: pipeline.read(Page(picture(name)), options, flow=name) for name in names]
        try:
            if at_once:
                return list(await asyncio.gather(*(call() for call in calls)))
            return [await call() for call in calls]
        finally:
            await pipeline.close()

    return asyncio.run(run())


@cache
def on_the_host() -> list[PageResult]:
    return read("onnxruntime", "reference", PAGES)


def text(result: PageResult) -> str:
    return "\n".join(line.text for line in result.lines)


def different(ours: Sequence[PageResult], theirs: Sequence[PageResult]) -> float:
    """Share of characters."""
    pairs = [(text(one), text(other)) for one, other in zip(ours, theirs, strict=True)]
    return sum(edit_distance(one, other) for one, other in pairs) / sum(len(other) for _, other in pairs)


def test_pages_say_on_the_device_what_they_say_on_the_host() -> None:
    ours, theirs = read("torch", "reference", PAGES), on_the_host()
    assert different(ours, theirs) <= MOST_DIFFERENT
    assert [page.preprocessed.angle for page in ours] == [page.preprocessed.angle for page in theirs]
    assert [page.angles for page in ours] == [page.angles for page in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine.preprocessed.image, other.preprocessed.image)
        for box, expected in zip(mine.boxes, other.boxes, strict=True):
            assert np.abs(box.quad - expected.quad).max() <= 2


def test_pages_read_at_once_share_batches_and_say_the_same() -> None:
    together = read("torch", "bucket", PAGES, at_once=True)
    alone = read("torch", "bucket", PAGES)
    assert [text(page) for page in together] == [text(page) for page in alone]
