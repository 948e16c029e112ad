"""Unwarping: the arithmetic around the model, and the official graph with weights whose warp is known."""

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.document import Image
from models.engines.base import Engine, EngineOptions, open_engine
from models.engines.fake import FakeEngine, Fault, echo
from models.errors import EngineFailure
from models.stages.base import CpuPool
from models.stages.host.unwarper import HostUnwarper, image_of_planes
from models.stages.pages import PagePixels
from models.stages.unwarping import UnwarpingStage
from tests.unit.models.stages.uvdoc_weights import (
    STRETCH,
    Weights,
    coordinate_weights,
    seeded_weights,
    write_model,
)

SIDE = 256
"""A page of this side can hold every coordinate exactly: pixel i is at i/255, which is the level i."""


def unwarp(engine: Engine, *pages: Image) -> list[Image]:
    async def run() -> list[Image]:
        pool = CpuPool(1)
        stage = UnwarpingStage([HostUnwarper(engine)], pool)
        try:
            return [(await stage.unwarp(PagePixels(page))).image for page in pages]
        finally:
            await stage.close()
            pool.close()

    return asyncio.run(run())


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_the_model_sees_bgr_planes_from_0_to_1_at_full_size() -> None:
    seen: list[NDArray[np.float32]] = []

    def answer(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        seen.append(batch)
        return batch.copy()

    page = noise(5, 7)
    unwarp(FakeEngine(answer), page)
    (batch,) = seen
    assert batch.shape == (1, 3, 5, 7)
    assert batch.dtype == np.float32
    np.testing.assert_allclose(batch[0].transpose(1, 2, 0), page / 255, atol=1e-7)


def test_channels_come_back_in_their_order_and_fractions_are_cut() -> None:
    planes = np.stack([np.full((2, 3), value, np.float32) for value in (0.1, 0.5, 1.0)])
    image = image_of_planes(planes)
    assert image.shape == (2, 3, 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert image[0, 0].tolist() == [25, 127, 255]


def test_values_outside_the_range_do_not_wrap_around() -> None:
    assert image_of_planes(np.array([-0.01, 1.01, 0.0], np.float32).reshape(3, 1, 1)).ravel().tolist() == [0, 255, 0]


def test_a_flat_page_stays_as_it_is() -> None:
    page = noise(9, 4)
    (flat,) = unwarp(FakeEngine(echo), page)
    assert np.abs(flat.astype(int) - page).max() <= 1


@pytest.mark.parametrize("fault", [Fault.NAN, Fault.WRONG_COUNT, Fault.RAISE])
def test_a_wrong_answer_is_a_failure(fault: Fault) -> None:
    engine = FakeEngine(echo)
    engine.inject(fault)
    with pytest.raises(EngineFailure):
        unwarp(engine, noise(4, 4))


def test_an_answer_of_another_size_is_a_failure() -> None:
    with pytest.raises(EngineFailure, match=r"\(1, 3, 4, 4\)"):
        unwarp(FakeEngine(lambda batch: batch[:, :, 1:]), noise(4, 4))


@pytest.fixture
def official(tmp_path: Path) -> Callable[[Weights], Engine]:
    """Opens the official graph with given weights."""
    if find_spec("paddle") is None:
        pytest.skip("paddle is not installed (extra `paddle`)")
    return lambda weights: open_engine("paddle", write_model(tmp_path / "UVDoc", weights), EngineOptions())


reads_graph = pytest.mark.evaluation_data("data/models/graphs_only")


@reads_graph
def test_the_official_graph_keeps_every_size(official: Callable[[Weights], Engine]) -> None:
    pages = [noise(*size) for size in ((1, 1), (40, 3), (333, 500), (333, 500))]
    flat = unwarp(official(seeded_weights(7)), *pages)
    assert [each.shape for each in flat] == [page.shape for page in pages]
    np.testing.assert_array_equal(flat[2], flat[3])
    assert np.ptp(flat[2]) > 100


Plane = NDArray[np.float64]
IDENTITY = ((1, 0), (0, 1))


def coordinates() -> tuple[Plane, Plane]:
    """x and y of every pixel, 0 to 1 from edge to edge."""
    rows, columns = np.indices((SIDE, SIDE), np.float64) / (SIDE - 1)
    return columns, rows


def page_of(x: Plane, y: Plane, content: Plane) -> Image:
    """A page whose blue and green are coordinates, and whose red is what is printed."""
    return np.stack([np.rint(x * 255), np.rint(y * 255), np.rint(content)], axis=2).astype(np.uint8)


def print_of(x: Plane, y: Plane) -> Plane:
    """A smooth print without symmetry."""
    content: Plane = 128 + 60 * np.sin(9 * x + 2 * y) + 55 * np.cos(11 * y - 3 * x * x)
    return content


@reads_graph
@pytest.mark.parametrize(
    ("matrix", "offset", "expected"),
    [
        (IDENTITY, (0, 0), lambda page: page),
        (((-1, 0), (0, 1)), (1, 0), lambda page: page[:, ::-1]),
        (((1, 0), (0, -1)), (0, 1), lambda page: page[::-1]),
        (((0, 1), (1, 0)), (0, 0), lambda page: page.transpose(1, 0, 2)),
    ],
    ids=["identity", "mirror", "flip", "transpose"],
)
def test_a_known_grid_gives_the_known_page(
    official: Callable[[Weights], Engine],
    matrix: tuple[tuple[float, float], ...],
    offset: tuple[float, float],
    expected: Callable[[Image], Image],
) -> None:
    x, y = coordinates()
    page = page_of(x, y, print_of(x, y))
    (flat,) = unwarp(official(coordinate_weights(matrix, offset)), page)
    assert np.abs(flat.astype(int) - expected(page)).max() <= 1


@reads_graph
def test_points_outside_the_page_are_black(official: Callable[[Weights], Engine]) -> None:
    x, y = coordinates()
    page = page_of(x, y, np.full_like(x, 200))
    (flat,) = unwarp(official(coordinate_weights(IDENTITY, (0.5, 0))), page)
    assert (flat[:, : SIDE // 2 - 1, 2] >= 199).all()
    assert (flat[:, SIDE // 2 + 1 :] == 0).all()


def bent(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Return where a camera finds the flat point (x, y) of a curled page; edges stay where they are."""
    curl = np.sin(np.pi * x) * np.sin(np.pi * y)
    return x + 0.08 * curl * np.sin(3 * y), y + 0.09 * curl * np.cos(4 * x)


def photographed() -> Plane:
    """Return the camera's view of the print: the inverse of `bent`, by fixed-point iteration."""
    here = coordinates()
    flat = here
    for _ in range(60):
        found = bent(*flat)
        flat = (flat[0] + here[0] - found[0], flat[1] + here[1] - found[1])
    return print_of(*flat)


@reads_graph
def test_a_warped_page_is_unwarped(official: Callable[[Weights], Engine]) -> None:
    x, y = coordinates()
    read_x, read_y = bent(x * STRETCH[0], y * STRETCH[1])
    photo = photographed()
    page = page_of(read_x / STRETCH[0], read_y / STRETCH[1], photo)
    (flat,) = unwarp(official(coordinate_weights(IDENTITY)), page)
    before, after = np.abs(photo - print_of(x, y)), np.abs(flat[:, :, 2] - print_of(x, y))
    assert before.mean() > 10
    assert after.mean() < 1.5
