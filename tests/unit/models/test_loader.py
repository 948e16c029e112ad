"""What a configuration makes of engines: which, how exact, how many."""

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from models.config import ModuleConfig, PipelineConfig
from models.descriptions.model_directory import ModelDirectory
from models.document import Page
from models.engines.base import EngineOptions
from models.engines.fake import FakeEngine, reads
from models.errors import EngineUnavailable
from models.loader import _Loader, choose_engine, usable_engines
from models.ops.line_groups import TIGHT_STEP
from models.options import OcrOverrides
from models.store.weights import ModelStore
from tests.unit.models.fake_pipeline import CHARACTERS, FakeModels, fake_pipeline, recognition_yml
from tests.unit.models.model_files import write_directory


@dataclass
class Noting(FakeModels):
    """Fake models that note how they were opened."""

    options: dict[str, EngineOptions] = field(default_factory=dict)

    def open(self, directory: Path, options: EngineOptions) -> FakeEngine:
        self.options[directory.name] = options
        return super().open(directory, options)


class Twins(FakeEngine):
    """A fake engine that has twins."""

    def twin(self) -> FakeEngine:
        return FakeEngine(reads((1, 2, 5), len(CHARACTERS) + 2))


@pytest.mark.parametrize(
    ("settings", "precision"),
    [
        ({}, "f32"),
        ({"profile": "fast"}, "fast"),
        ({"profile": "fast", "precision": "f32"}, "f32"),
        ({"precision": "bf16"}, "bf16"),
        ({"device": "gpu:0"}, "fast"),
        ({"device": "gpu:0", "precision": "f32"}, "f32"),
    ],
)
def test_precision_is_what_is_written_and_else_the_profiles(
    tmp_path: Path, settings: dict[str, str], precision: str
) -> None:
    models = Noting()
    with fake_pipeline(tmp_path, models, **settings):
        assert {name: options.precision for name, options in models.options.items()} == {
            "detection": precision,
            "recognition": precision,
        }


def test_a_stage_may_have_its_own_precision(tmp_path: Path) -> None:
    models = Noting()
    settings = {"device": "gpu:0", "stage_precisions": {"text_detection": "f32"}}
    with fake_pipeline(tmp_path, models, **settings):
        assert {name: options.precision for name, options in models.options.items()} == {
            "detection": "f32",
            "recognition": "fast",
        }


@pytest.mark.parametrize(
    ("settings", "width"), [({}, 320), ({"profile": "fast"}, 64), ({"profile": "fast", "padding": "reference"}, 320)]
)
def test_the_fast_profile_pads_least(tmp_path: Path, settings: dict[str, str], width: int) -> None:
    models = FakeModels()
    with fake_pipeline(tmp_path, models, **settings) as pipeline:

        async def read() -> None:
            await pipeline.read(Page(np.full((320, 96, 3), 255, np.uint8)), pipeline.defaults.resolve(OcrOverrides()))
            await pipeline.close()

        asyncio.run(read())
    widths = {shape[3] for shape in models.engines["recognition"].shapes}
    assert min(widths) == width
    assert width == 320 or all(width % TIGHT_STEP == 0 for width in widths)


def test_models_take_turns_where_each_may_use_every_core(tmp_path: Path) -> None:
    models = Noting()
    entered = threading.Event()
    with fake_pipeline(tmp_path, models, cores=2):
        first, second = (options.turn for options in models.options.values())

        def enter() -> None:
            with second:
                entered.set()

        late = threading.Thread(target=enter)
        with first:
            late.start()
            assert not entered.wait(0.05)
        assert entered.wait(10)
        late.join()


def test_a_model_has_no_more_threads_than_there_are_cores(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    models = Noting()
    with fake_pipeline(tmp_path, models, cores=2, threads=5, profile="fast"):
        assert {options.threads for options in models.options.values()} == {2}
        assert models.options["recognition"].streams == 2
    assert "engine.threads is 5, but there are 2 cores" in caplog.text


@pytest.mark.parametrize(
    ("cores", "streams"), [(1, 1), (2, 2), (3, 3), (8, 8), (9, 8), (12, 6), (13, 6), (15, 5), (16, 8), (64, 8)]
)
def test_streams_leave_the_fewest_cores_idle(tmp_path: Path, cores: int, streams: int) -> None:
    models = Noting()
    with fake_pipeline(tmp_path, models, cores=cores, profile="fast"):
        assert models.options["recognition"].streams == streams


@pytest.mark.parametrize(
    ("settings", "streams", "lanes"),
    [({}, 1, "3"), ({"profile": "fast"}, 3, "5"), ({"profile": "fast", "padding": "reference"}, 1, "3")],
)
def test_the_recogniser_has_a_lane_more_than_it_computes_batches_at_once_and_every_stage_one_for_newcomers(
    tmp_path: Path, settings: dict[str, str], streams: int, lanes: str
) -> None:
    models = Noting()

    def with_twins(directory: Path, options: EngineOptions) -> FakeEngine:
        models.options[directory.name] = options
        return Twins(getattr(models, directory.name))

    models.open = with_twins  # type: ignore[method-assign]
    with fake_pipeline(tmp_path, models, cores=3, **settings) as pipeline:
        opened = {module.module: module.detail[-1] for module in pipeline.modules() if module.state == "loaded"}
    assert opened == {"text_detection": "2", "text_recognition": lanes}
    assert {name: options.streams for name, options in models.options.items()} == {
        "detection": 1,
        "recognition": streams,
    }


def test_on_a_gpu_no_lane_is_kept_for_newcomers(tmp_path: Path) -> None:
    models = Noting()
    models.open = lambda directory, options: Twins(getattr(models, directory.name))  # type: ignore[method-assign]
    with fake_pipeline(tmp_path, models, device="gpu:0") as pipeline:
        opened = {module.module: module.detail[-1] for module in pipeline.modules() if module.state == "loaded"}
    assert opened == {"text_detection": "1", "text_recognition": "2"}


def test_paddles_own_format_needs_paddle_and_a_name_is_kept(tmp_path: Path) -> None:
    write_directory(tmp_path / "model", recognition_yml())
    directory = ModelDirectory.read(tmp_path / "model")
    assert choose_engine("onnxruntime", directory) == "onnxruntime"
    assert usable_engines("auto", directory)[-1] == "onnxruntime"
    assert usable_engines("auto", directory, "gpu:0") == ("onnxruntime",)
    (tmp_path / "model" / "inference.onnx").unlink()
    (tmp_path / "model" / "inference.json").write_bytes(b"{}")
    (tmp_path / "model" / "inference.pdiparams").write_bytes(b"")
    assert usable_engines("auto", ModelDirectory.read(tmp_path / "model")) == ("paddle",)


def test_a_share_of_a_cards_memory_is_refused_where_the_engine_cannot_be_held_to_it(tmp_path):
    with (
        pytest.raises(EngineUnavailable, match="gpu_memory_share"),
        fake_pipeline(tmp_path, FakeModels(), gpu_memory_share=0.5),
    ):
        pass


def test_layout_models_are_refused_before_an_engine_without_them_opens_one(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    write_directory(tmp_path / "model", recognition_yml())
    config = PipelineConfig(ModuleConfig("detector"), ModuleConfig("recogniser"), engine="torch")
    loader = _Loader(config, ModelStore(tmp_path, offline=True, manifest_path=tmp_path / "models.yaml"))
    with pytest.raises(EngineUnavailable, match=r"'torch' cannot run layout.*onnxruntime"):
        loader._graph_engines(ModelDirectory.read(tmp_path / "model"))
