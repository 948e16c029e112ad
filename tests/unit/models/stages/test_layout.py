"""Layout detection on real engines, with small graphs that have the inputs and outputs of the official models."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from models.descriptions.layout_directory import layout_spec
from models.descriptions.model_directory import ModelDirectory
from models.document import Image
from models.engines.base import EngineOptions, open_engine
from models.engines.fake import FakeEngine, echo
from models.errors import EngineFailure, EngineUnavailable, InvalidModelDirectory
from models.layout.regions import Region
from models.stages.base import CpuPool
from models.stages.layout import LayoutStage
from tests.unit.models.layout_graphs import LABELS, layout_model, layout_yml, picodet_model, write_model

BOXES = np.array([[1, 0.9, 0.1, 0.2, 0.5, 0.4], [2, 0.6, 0.1, 0.5, 0.9, 0.9], [0, 0.3, 0.1, 0.0, 0.9, 0.1]], np.float32)


def page(height: int, width: int, level: int = 255) -> Image:
    return np.full((height, width, 3), level, np.uint8)


def find(
    directory: Path,
    pages: list[Image],
    *,
    engine: str = "onnxruntime",
    thresholds: object = None,
    together: bool = False,
) -> list[tuple[Region, ...]]:
    async def run() -> list[tuple[Region, ...]]:
        pool = CpuPool(1)
        opened = open_engine(engine, directory, EngineOptions(threads=1))
        if together:
            opened.batch_sizes = (1, 2, 4)  # type: ignore[misc]
        stage = LayoutStage(layout_spec(ModelDirectory.read(directory)), [opened], pool, thresholds)  # type: ignore[arg-type]
        try:
            return await asyncio.gather(*(stage.find(one) for one in pages))
        finally:
            await stage.close()
            pool.close()

    return asyncio.run(run())


def corners(regions: tuple[Region, ...]) -> list[tuple[str, list[int]]]:
    return [(region.label, [round(edge) for edge in region.box]) for region in regions]


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("together", [False, True])
def test_every_page_gets_its_boxes_in_its_own_pixels(tmp_path: Path, engine: str, together: bool) -> None:
    directory = write_model(tmp_path, layout_yml(), layout_model(BOXES))
    tall, wide = find(directory, [page(1000, 500), page(300, 600)], engine=engine, together=together)
    assert corners(tall) == [("text", [50, 200, 250, 400]), ("table", [50, 500, 450, 900])]
    assert corners(wide) == [("text", [60, 60, 300, 120]), ("table", [60, 150, 540, 270])]
    assert [region.score for region in tall] == pytest.approx([0.9, 0.6], abs=1e-4)


def test_a_model_that_takes_one_page_at_a_time(tmp_path: Path) -> None:
    directory = write_model(tmp_path, layout_yml(), layout_model(BOXES, batch=False))
    assert len(find(directory, [page(100, 50)] * 3)) == 3


def test_the_page_is_normalised_as_the_model_says(tmp_path: Path) -> None:
    normalize = {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "is_scale": True, "type": "NormalizeImage"}
    steps = [
        {"target_size": [32, 32], "keep_ratio": False, "interp": 1, "type": "Resize"},
        normalize,
        {"type": "Permute"},
    ]
    directory = write_model(tmp_path, layout_yml(Preprocess=steps), layout_model(BOXES))
    (regions,) = find(directory, [page(100, 100, level=204)], thresholds=0.3)
    assert regions[0].score == pytest.approx(0.9 * 0.6, abs=1e-3)


def test_thresholds_of_the_configuration_go_first(tmp_path: Path) -> None:
    directory = write_model(tmp_path, layout_yml(), layout_model(BOXES))
    assert [region.label for region in find(directory, [page(100, 100)], thresholds=0.2)[0]] == [
        "text",
        "table",
        "doc_title",
    ]
    by_class = {LABELS.index("doc_title"): 0.25, LABELS.index("text"): 0.95}
    assert [region.label for region in find(directory, [page(100, 100)], thresholds=by_class)[0]] == [
        "table",
        "doc_title",
    ]


def test_a_head_without_its_last_step_is_read_here(tmp_path: Path) -> None:
    strides = (8, 16, 32, 64)
    cells = [(64 // stride) ** 2 for stride in strides]
    scores = [np.full((1, count, len(LABELS)), 0.01, np.float32) for count in cells]
    sides = [np.zeros((1, count, 32), np.float32) for count in cells]
    # In the map of stride 16 (4 x 4 cells), the cell in row 1, column 2: its middle is x 40, y 24.
    scores[1][0, 6, LABELS.index("table")] = 0.8
    for side, steps in enumerate((2, 1, 1, 2)):
        sides[1][0, 6, 8 * side + steps] = 50.0
    directory = write_model(tmp_path, layout_yml((64, 64)), picodet_model([*scores, *sides]))
    (regions,) = find(directory, [page(128, 640)])
    assert corners(regions) == [("table", [80, 16, 560, 112])]


def test_nothing_found_is_no_region(tmp_path: Path) -> None:
    directory = write_model(tmp_path, layout_yml(), layout_model(BOXES))
    assert find(directory, [page(100, 100, level=0)]) == [()]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_fail_the_page(tmp_path: Path, value: float) -> None:
    rows = BOXES.copy()
    rows[0, 3] = value
    with pytest.raises(EngineFailure):
        find(write_model(tmp_path, layout_yml(), layout_model(rows)), [page(100, 100)])


def test_another_models_answer_fails_the_page(tmp_path: Path) -> None:
    directory = write_model(tmp_path, layout_yml(), picodet_model([np.ones((1, 4, 6), np.float32)]))
    with pytest.raises(EngineFailure, match="boxes and their counts"):
        find(directory, [page(100, 100)])


def test_an_engine_of_one_input_is_refused_when_the_stage_opens(tmp_path: Path) -> None:
    spec = layout_spec(ModelDirectory.read(write_model(tmp_path, layout_yml(), b"")))
    with pytest.raises(EngineUnavailable, match="layout"):
        LayoutStage(spec, [FakeEngine(echo)], CpuPool(1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Preprocess": [{"type": "Pad"}]}, "Resize, NormalizeImage, Permute"),
        ({"Preprocess": [{"type": "Permute"}]}, "no Resize"),
        ({"Preprocess": None}, "not a layout model"),
        ({"label_list": None}, "label_list"),
        ({"label_list": [1]}, "label_list"),
    ],
)
def test_a_directory_of_something_else_is_refused(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    directory = write_model(tmp_path, layout_yml(**changes), b"")
    with pytest.raises(InvalidModelDirectory, match=said):
        layout_spec(ModelDirectory.read(directory))


@pytest.mark.parametrize("change", [{"keep_ratio": True}, {"target_size": [640]}, {"interp": 4}])
def test_pages_prepared_in_another_way_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    resize = {"target_size": [64, 64], "keep_ratio": False, "interp": 2, "type": "Resize"} | change
    steps = [resize, {"type": "NormalizeImage"}, {"type": "Permute"}]
    directory = write_model(tmp_path, layout_yml(Preprocess=steps), b"")
    with pytest.raises(InvalidModelDirectory, match="target_size"):
        layout_spec(ModelDirectory.read(directory))
