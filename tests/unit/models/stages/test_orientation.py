"""Orientation of lines: what a classifier is given, and how often the shipped one is right."""

import asyncio
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.line_orientation import DEFAULT, KNOWN_SCORE, rates, upright_lines
from models.descriptions.model_directory import ClassificationSpec
from models.document import Image
from models.engines.fake import FakeEngine
from models.stages.base import CpuPool
from models.stages.classification import Classifier
from models.stages.host.classifier import HostClassifier
from models.stages.orientation import OrientationStage
from models.stages.pages import PagePixels

GOLDEN = Path(__file__).parents[3] / "golden" / "pages"
UPRIGHT = ("print.png", "mixed.png", "cjk.png", "coloured.jpg", "fonts.png", "small_print.png", "table.png")
HALF = (0.5, 0.5, 0.5)
LABELS = ("0_degree", "180_degree")
STRETCHED = ClassificationSpec("BGR", None, (192, 48), None, 1 / 255, HALF, HALF, LABELS)
KEEPING = ClassificationSpec("BGR", None, (192, 48), None, 1 / 255, HALF, HALF, LABELS, keeps_ratio=True)


def seen(spec: ClassificationSpec, *lines: Image) -> NDArray[np.float32]:
    """The batch that a classifier is given for lines of one size."""
    batches: list[NDArray[np.float32]] = []

    def answer(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        batches.append(batch.copy())
        return np.tile(np.array([0.2, 0.8], np.float32), (len(batch), 1))

    async def run() -> None:
        pool = CpuPool(1)
        stage = OrientationStage(Classifier("lines", spec, [HostClassifier(spec, FakeEngine(answer))], pool))
        try:
            for line in lines:
                assert await stage.angles(PagePixels(line), [None]) == [180]
        finally:
            await stage.close()
            pool.close()

    asyncio.run(run())
    return np.concatenate(batches)


@pytest.mark.parametrize(("spec", "width"), [(STRETCHED, 192), (KEEPING, 96)], ids=["stretched", "keeps ratio"])
def test_what_is_right_of_a_line_is_zero(spec: ClassificationSpec, width: int) -> None:
    (batch,) = seen(spec, np.full((24, 48, 3), 255, np.uint8))
    assert batch.shape == (3, 48, 192)
    assert (batch[:, :, :width] == 1).all()
    assert (batch[:, :, width:] == 0).all()


def test_a_long_line_is_stretched_to_the_whole_width() -> None:
    long = np.zeros((24, 600, 3), np.uint8)
    long[:, 300:] = 255
    (batch,) = seen(KEEPING, long)
    assert (batch[:, :, :90] == -1).all()
    assert (batch[:, :, 102:] == 1).all()


def test_the_default_classifier_is_right_on_drawn_pages() -> None:
    pages = [np.asarray(cv2.imread(str(GOLDEN / name), cv2.IMREAD_COLOR), np.uint8) for name in UPRIGHT]
    lines = asyncio.run(upright_lines(pages))
    assert len(lines) > 50, f"too few lines were read with a score of {KNOWN_SCORE}"
    measured = asyncio.run(rates(DEFAULT, lines))
    assert measured.good, measured
