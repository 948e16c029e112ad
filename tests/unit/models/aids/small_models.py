"""Reads pictures with the real PP-OCRv6 small models and some aids. Skips where the models are not installed."""

import asyncio
from dataclasses import replace

import pytest

from models.document import Image, Page, PageResult
from models.errors import ModelNotInstalled
from models.loader import build_pipeline
from models.options import OcrOverrides
from models.reading_aids import ReadingAids
from server.cli.start import load, open_store
from tests.docs.markdown import ROOT

LONGEST_SIDE = 1600
"""The detector sees pages at most so large, in pixels."""


def read(image: Image, *aids: str, word_boxes: bool = False) -> PageResult:
    """Read a picture with the aids of these names, and with no other."""
    configuration = load(ROOT / "configs" / "ppocrv6-small.yaml", ["engine.name=onnxruntime", "engine.padding=tight"])
    switches = ReadingAids(**dict.fromkeys(aids, True))
    try:
        pipeline = build_pipeline(replace(configuration.pipeline, reading_aids=switches), open_store(configuration))
    except ModelNotInstalled as error:
        pytest.skip(str(error))

    async def run() -> PageResult:
        try:
            asked = OcrOverrides(
                text_det_limit_type="max", text_det_limit_side_len=LONGEST_SIDE, return_word_box=word_boxes
            )
            return await pipeline.read(Page(image), pipeline.defaults.resolve(asked))
        finally:
            await pipeline.close()

    return asyncio.run(run())


def texts(result: PageResult) -> list[str]:
    return [line.text for line in result.lines]


def codes(result: PageResult) -> list[tuple[str, int | None]]:
    return [(warning.code, warning.line) for warning in result.warnings]
