"""Reading order on real documents: skipped where the evaluation data is not there."""

import cv2
import pytest

from models.layout.analyse import analyse_layout
from tests.layout import scribe
from tests.layout.reader import read_pages

LEAST = {"filing_03": 0.98, "slide_01": 0.94, "multicol_07": 0.88, "multicol_02": 0.65, "table_08": 0.93}
"""Neighbours in true order, a little below what is measured: dense financial pages are far from exact.
The two rows at the foot of the slide are read row by row, and its truth has them column by column."""


@pytest.mark.evaluation_data("data/scribe")
def test_real_pages_are_read_in_order():
    images = {name: cv2.imread(str(scribe.image_path(name))) for name in LEAST}
    for (name, image), lines in zip(images.items(), read_pages(list(images.values())), strict=True):
        right, of = scribe.order_share(analyse_layout(image, lines), scribe.true_words(name))
        assert right >= LEAST[name] * of, f"{name}: {right}/{of}"
