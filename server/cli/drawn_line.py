"""Proves that an installation reads text: draws a known line and reads it with the configured pipeline."""

import re

import cv2
import numpy as np

from models.document import Image, Page
from models.modules import without_optional_modules
from models.pipeline import OcrPipeline

LINE = "Reading works 2026"
_HEIGHT, _WIDTH, _LEFT, _BASELINE = 96, 560, 24, 62
_SCALE, _THICKNESS = 1.5, 3


def draw_line() -> Image:
    """Draw `LINE` in black on white, as a page of one line."""
    page = np.full((_HEIGHT, _WIDTH, 3), 255, np.uint8)
    cv2.putText(page, LINE, (_LEFT, _BASELINE), cv2.FONT_HERSHEY_SIMPLEX, _SCALE, (0, 0, 0), _THICKNESS, cv2.LINE_AA)
    return page


async def read_line(pipeline: OcrPipeline) -> str:
    """Read the drawn line and give its text. Several lines are joined by spaces.

    Raises:
        OcrError: the pipeline cannot read at all.
    """
    result = await pipeline.read(Page(draw_line()), pipeline.defaults.resolve(without_optional_modules()))
    return " ".join(line.text for line in result.lines)


def is_right(text: str) -> bool:
    """Whether the read text is the line's. Spaces do not count, because some recognisers leave them out."""
    return re.sub(r"\s", "", text) == re.sub(r"\s", "", LINE)
