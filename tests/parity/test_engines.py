"""Every engine reads the same lines and sees the same text, from the very same batches, whichever library runs it."""

import asyncio
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from benchmarks.engines import SAME_LINES, Contender, Tally, compare
from models.config import ModuleConfig
from models.document import Page, PageResult
from models.engines.base import EngineOptions, open_engine, registered_engine
from models.engines.onnx_device import OnnxRuntimeDeviceEngine
from models.engines.onnx_graph import changed_model
from models.loader import build_pipeline
from models.options import PADDLEX, OcrOverrides
from server.cli.drawn_line import draw_line, is_right
from server.cli.start import load, pull_required
from server.pipelines.model_store import open_store
from tests.evaluation_data import EVALUATION_DATA
from tests.parity.cases import GOLDEN
from tests.unit.models.engines.paddle_layers import paddle_directory

LINE_ORIENTATION = EVALUATION_DATA / "data" / "models" / "PP-LCNet_x0_25_textline_ori"
PAGES = ("cjk.png", "table.png")
"""57 lines, most of them short: Paddle without oneDNN takes a second for a long one."""

ENGINES = ("openvino", "torch", "paddle")
INSTALLED = tuple(name for name in ENGINES if find_spec(name))
MOST_CHANGED_IN_HALF = 0.007
"""Share of the characters."""

BOUND, HALF = "bound", "half"
"""ONNX Runtime as on a device, on its CPU provider: with bound buffers in float32, and in float16."""


def open_bound(directory: Path, options: EngineOptions) -> OnnxRuntimeDeviceEngine:
    half = options.precision == "fp16"
    content = changed_model(directory / "inference.onnx", half=half, best_class=False)
    settings = ort.SessionOptions()
    if half:
        settings.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    session = ort.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
    return OnnxRuntimeDeviceEngine(session, "cpu", 0, "cpu")


@pytest.fixture(scope="module")
def contenders(tmp_path_factory: pytest.TempPathFactory) -> list[Contender]:
    configuration = load(None, ())
    pull_required(configuration, open_store(configuration))
    folder = tmp_path_factory.mktemp("paddle")
    names = ("onnxruntime", *INSTALLED, BOUND, f"{HALF}:fp16")
    return [Contender.parse(name).in_paddles_form("v5_mobile", folder) for name in names]


@pytest.fixture(scope="module")
def tallies(contenders: list[Contender]) -> dict[str, Tally]:
    pages = [(GOLDEN / "pages" / name).read_bytes() for name in PAGES]
    with registered_engine(BOUND, open_bound), registered_engine(HALF, open_bound):
        found = compare(contenders, "v5_mobile", pages, ())
    return {tally.engine: tally for tally in found}


@pytest.mark.parametrize("engine", [*ENGINES, BOUND])
def test_lines_are_the_same(tallies: dict[str, Tally], engine: str) -> None:
    if engine not in tallies:
        pytest.skip(f"{engine} is not installed")
    tally = tallies[engine]
    assert tally.lines > 40
    assert tally.share >= SAME_LINES, tally.row()
    assert tally.score_difference < 1e-3


@pytest.mark.parametrize("engine", [*ENGINES, BOUND])
def test_text_is_found_in_the_same_places(tallies: dict[str, Tally], engine: str) -> None:
    if engine not in tallies:
        pytest.skip(f"{engine} is not installed")
    assert tallies[engine].pages == len(PAGES)
    assert tallies[engine].smallest_overlap > 0.999, tallies[engine].row()


def test_float16_changes_next_to_nothing(tallies: dict[str, Tally]) -> None:
    tally = tallies[f"{HALF}:fp16"]
    assert tally.share >= 0.95, tally.row()
    assert tally.changed_characters / tally.characters <= MOST_CHANGED_IN_HALF, tally.row()


needs_paddle = pytest.mark.skipif("paddle" not in INSTALLED, reason="paddle is not installed (extra `paddle`)")


official = pytest.param(True, marks=pytest.mark.evaluation_data(f"data/models/{LINE_ORIENTATION.name}"), id="oriented")
"""With the text-line classifier as its vendor publishes it in Paddle's form."""


@needs_paddle
@pytest.mark.parametrize("oriented", [False, official])
def test_the_whole_pipeline_runs_on_paddles_directories(contenders: list[Contender], oriented: bool) -> None:
    (paddle,) = (each for each in contenders if each.name == "paddle")
    configuration = load(None, ("engine.name=paddle",))
    store, named = open_store(configuration), configuration.pipeline.only(PADDLEX)
    config = replace(
        named,
        text_detection=replace(named.text_detection, model_dir=paddle.directories[0]),
        text_recognition=replace(named.text_recognition, model_dir=paddle.directories[1]),
        textline_orientation=ModuleConfig(LINE_ORIENTATION.name, LINE_ORIENTATION),
        optional="first_use",
    )

    async def read() -> PageResult:
        pipeline = build_pipeline(config, store)
        try:
            overrides = OcrOverrides(use_textline_orientation=oriented)
            return await pipeline.read(Page(draw_line()), pipeline.defaults.resolve(overrides))
        finally:
            await pipeline.close()

    result = asyncio.run(read())
    assert is_right(" ".join(line.text for line in result.lines))
    assert set(result.angles) == {0 if oriented else -1}


@needs_paddle
def test_graphs_of_paddle_2_run_as_well(tmp_path: Path) -> None:
    configuration = load(None, ())
    store = open_store(configuration)
    pull_required(configuration, store)
    source = store.find(configuration.pipeline.text_detection.model_name, "onnx")
    older = paddle_directory(source, tmp_path / "older", "pdmodel")
    assert (older / "inference.pdmodel").is_file()
    page = np.random.default_rng(1).random((1, 3, 160, 224), dtype=np.float32)
    answers = [
        open_engine(*which, EngineOptions(threads=1)).run(page)
        for which in (("paddle", older), ("onnxruntime", source))
    ]
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-5)
