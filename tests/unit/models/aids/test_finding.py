"""What is done with the boxes of a page before its lines are read."""

import asyncio

import numpy as np

from models.aids.finding import AidedDetection, FoundText
from models.document import TextBox
from models.options import OcrDefaults, OcrOptions, OcrOverrides
from models.reading_aids import NO_AIDS, ReadingAids
from models.stages.base import CpuPool
from models.stages.pages import HostPages, PagePixels

PAGE = PagePixels(np.full((1300, 600, 3), 255, np.uint8))
LEANING = TextBox(np.array([[76, 1234], [138, 69], [186, 71], [124, 1236]], np.int32), 0.9)
LINE = TextBox(np.array([[300, 400], [500, 400], [500, 430], [300, 430]], np.int32), 0.9)


class Detector:
    """Finds the same on every page, and keeps the sizes of the pages."""

    def __init__(self, *boxes: TextBox) -> None:
        self.boxes = boxes
        self.sizes: list[tuple[int, int]] = []

    async def find(self, page: PagePixels, *_: object, **__: object) -> list[TextBox]:
        self.sizes.append(page.size)
        return list(self.boxes)


def find(detector: Detector, aids: ReadingAids, page: PagePixels = PAGE, **overrides: object) -> FoundText:
    pool = CpuPool(1)
    detection = AidedDetection(detector, HostPages(), pool, aids)  # type: ignore[arg-type]
    options = OcrDefaults().resolve(OcrOverrides(**overrides))  # type: ignore[arg-type]
    try:
        return asyncio.run(detection.find(page, options))
    finally:
        pool.close()


def test_without_aids_the_boxes_are_the_detectors() -> None:
    found = find(Detector(LINE, LEANING), NO_AIDS)
    assert found == FoundText([LINE, LEANING])


def test_a_leaning_box_is_sorted_by_its_upper_edge() -> None:
    first, second = find(Detector(LINE, LEANING), ReadingAids(order_leaning_boxes=True)).boxes
    assert first.quad.tolist() == [[138, 69], [186, 71], [124, 1236], [76, 1234]]
    assert second is LINE


def test_a_long_page_is_looked_at_in_tiles_whose_boxes_lie_on_the_page() -> None:
    page = PagePixels(np.full((5000, 600, 3), 255, np.uint8))
    detector = Detector(LINE)
    found = find(detector, ReadingAids(tiles=True), page, text_det_limit_type="max", text_det_limit_side_len=1600)
    assert len(set(detector.sizes)) == 1
    assert detector.sizes[0][1] == 600
    assert len(detector.sizes) == 4
    assert [box.quad[0].tolist() for box in found.boxes] == [[300, 400], [300, 1610], [300, 2820], [300, 4030]]
    assert found.warnings == ("page_tiled",)


def test_the_detectors_limit_decides_what_is_long() -> None:
    page = PagePixels(np.full((5000, 600, 3), 255, np.uint8))
    detector = Detector(LINE)
    found = find(detector, ReadingAids(tiles=True), page)
    assert detector.sizes == [(5000, 600)]
    assert found.warnings == ()


class LookingTwice(Detector):
    """Finds pieces first, and one line of large letters at a smaller scale."""

    def __init__(self) -> None:
        super().__init__()
        self.limits: list[int] = []

    async def find(self, page: PagePixels, options: OcrOptions, **_: object) -> list[TextBox]:  # type: ignore[override]
        self.limits.append(options.text_det_limit_side_len)
        places = [(80, 500, 520, 900)] if len(self.limits) > 1 else [(100, 510, 300, 890), (310, 510, 500, 890)]
        corners = [[[left, top], [right, top], [right, bottom], [left, bottom]] for left, top, right, bottom in places]
        return [TextBox(np.array(quad, np.int32), 0.9) for quad in corners]


def test_large_letters_are_looked_for_at_a_smaller_scale() -> None:
    detector = LookingTwice()
    aids = ReadingAids(large_letters=True)
    found = find(detector, aids, text_det_limit_type="max", text_det_limit_side_len=1600)
    assert detector.limits == [1600, 328]
    assert [box.quad[0].tolist() for box in found.boxes] == [[80, 500]]
    assert found.warnings == ("large_letters",)
