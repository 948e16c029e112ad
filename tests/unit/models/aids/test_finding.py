"""What is done with the boxes of a page before its lines are read."""

import asyncio

import numpy as np

from models.aids.finding import AidedDetection
from models.document import TextBox
from models.options import OcrDefaults, OcrOverrides
from models.reading_aids import NO_AIDS, ReadingAids
from models.stages.base import CpuPool
from models.stages.pages import PagePixels

PAGE = PagePixels(np.full((1300, 600, 3), 255, np.uint8))
LEANING = TextBox(np.array([[76, 1234], [138, 69], [186, 71], [124, 1236]], np.int32), 0.9)
LINE = TextBox(np.array([[300, 400], [500, 400], [500, 430], [300, 430]], np.int32), 0.9)


class Detector:
    """Finds a line and a leaning column, in the reference's order."""

    async def find(self, *_: object, **__: object) -> list[TextBox]:
        return [LINE, LEANING]


def find(aids: ReadingAids) -> list[TextBox]:
    pool = CpuPool(1)
    detection = AidedDetection(Detector(), pool, aids)  # type: ignore[arg-type]
    options = OcrDefaults().resolve(OcrOverrides())
    try:
        return asyncio.run(detection.find(PAGE, options))
    finally:
        pool.close()


def test_without_aids_the_boxes_are_the_detectors() -> None:
    first, second = find(NO_AIDS)
    assert (first, second) == (LINE, LEANING)


def test_a_leaning_box_is_sorted_by_its_upper_edge() -> None:
    first, second = find(ReadingAids(order_leaning_boxes=True))
    assert first.quad.tolist() == [[138, 69], [186, 71], [124, 1236], [76, 1234]]
    assert second is LINE
