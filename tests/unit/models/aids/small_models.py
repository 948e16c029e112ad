"""Reads pictures with the preset ``best`` and some aids. Skips where the models are not installed."""

import asyncio
from dataclasses import replace

import pytest

from models.document import Image, Page, PageResult
from models.errors import ModelNotInstalled
from models.loader import build_pipeline
from models.options import OcrOverrides
from models.reading_aids import ReadingAids
from server.cli.start import load
from server.pipelines.model_store import open_store

PLAIN = OcrOverrides(
    preset="best",
    text_det_limit_side_len=1600,
    text_det_thresh=0.3,
    text_det_box_thresh=0.6,
    text_det_unclip_ratio=1.5,
    text_rec_score_thresh=0.0,
)
"""PaddleX's own thresholds, at which the pictures of these tests show what an aid is for. Nothing is left out."""


def read(image: Image, *aids: str, word_boxes: bool = False) -> PageResult:
    """Read a picture with the aids of these names, and with no other."""
    configuration = load(None, ["engine.name=onnxruntime"])
    switches = ReadingAids(**dict.fromkeys(aids, True))
    best = replace(configuration.pipeline.presets["best"], precision="f32", reading_aids=switches)
    config = replace(configuration.pipeline.only("best"), presets={"best": best})
    try:
        pipeline = build_pipeline(config, open_store(configuration))
    except ModelNotInstalled as error:
        pytest.skip(str(error))

    async def run() -> PageResult:
        try:
            asked = replace(PLAIN, return_word_box=word_boxes)
            return await pipeline.read(Page(image), pipeline.defaults.resolve(asked))
        finally:
            await pipeline.close()

    return asyncio.run(run())


def texts(result: PageResult) -> list[str]:
    return [line.text for line in result.lines]


def codes(result: PageResult) -> list[tuple[str, int | None]]:
    return [(warning.code, warning.line) for warning in result.warnings]
