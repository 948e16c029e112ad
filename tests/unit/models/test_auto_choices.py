"""``auto`` decides the engine, the exactness, the padding, and the number of threads and streams."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import auto_choices
from models.auto_choices import AutoChoices, choose_engine, usable_engines
from models.config import ModuleConfig, PipelineConfig
from models.descriptions.model_directory import ModelDirectory
from models.document import Page
from models.engines.base import EngineOptions, registered_engine
from models.engines.fake import FakeEngine, echo
from models.errors import EngineUnavailable
from models.ops.line_groups import TIGHT_STEP
from models.options import OcrOverrides
from tests.unit.models.fake_pipeline import FakeModels, Noting, fake_pipeline, recognition_yml
from tests.unit.models.model_files import write_directory


@pytest.mark.parametrize(
    ("settings", "precision"),
    [
        ({}, "f32"),
        ({"precision": "fastest"}, "fast"),
        ({"padding": "fastest"}, "f32"),
        ({"precision": "bf16"}, "bf16"),
        ({"device": "gpu:0"}, "fast"),
        ({"device": "gpu:0", "precision": "f32"}, "f32"),
    ],
)
def test_precision_is_what_is_written_or_what_suits_the_device(
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
    ("settings", "width"), [({}, 320), ({"padding": "fastest"}, 64), ({"precision": "fastest"}, 320)]
)
def test_the_fastest_padding_on_a_processor_is_the_least(tmp_path: Path, settings: dict[str, str], width: int) -> None:
    models = FakeModels()
    with fake_pipeline(tmp_path, models, **settings) as pipeline:

        async def read() -> None:
            await pipeline.read(Page(np.full((320, 96, 3), 255, np.uint8)), pipeline.defaults.resolve(OcrOverrides()))
            await pipeline.close()

        asyncio.run(read())
    widths = {shape[3] for shape in models.engines["recognition"].shapes}
    assert min(widths) == width
    assert width == 320 or all(width % TIGHT_STEP == 0 for width in widths)


def test_a_model_has_no_more_threads_than_there_are_cores(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    models = Noting()
    with fake_pipeline(tmp_path, models, cores=2, threads=5, padding="fastest"):
        assert {options.threads for options in models.options.values()} == {2}
        assert models.options["recognition"].streams == 2
    assert "engine.threads is 5, but there are 2 cores" in caplog.text


@pytest.mark.parametrize(
    ("cores", "streams"), [(1, 1), (2, 2), (3, 3), (8, 8), (9, 8), (12, 6), (13, 6), (15, 5), (16, 8), (64, 8)]
)
def test_streams_leave_the_fewest_cores_idle(tmp_path: Path, cores: int, streams: int) -> None:
    models = Noting()
    with fake_pipeline(tmp_path, models, cores=cores, padding="fastest"):
        assert models.options["recognition"].streams == streams


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


def config(**settings: Any) -> PipelineConfig:
    return PipelineConfig(ModuleConfig("detector"), ModuleConfig("recogniser"), **settings)


def test_unwarping_is_exact_on_every_device(tmp_path: Path) -> None:
    choices = AutoChoices(config(device="gpu:0", precision="fp16"), tmp_path, 1)
    assert (choices.precision("doc_unwarping"), choices.precision("doc_orientation")) == ("f32", "fp16")
    for precision in ("bf16", "fastest"):
        choices = AutoChoices(config(precision=precision), tmp_path, 1)
        assert choices.precision("doc_unwarping") == "f32"
        assert choices.precision("doc_orientation") != "f32"


def test_engines_are_measured_once_and_on_the_recogniser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_directory(tmp_path / "model", recognition_yml())
    recogniser = ModelDirectory.read(tmp_path / "model")
    usable = {"": ("absent", "present"), "other": ("absent", "another"), "only": ("absent",)}
    monkeypatch.setattr(auto_choices, "usable_engines", lambda name, model, device: usable[model.name])
    probed: list[str] = []

    def probe() -> tuple[ModelDirectory, EngineOptions]:
        probed.append(recogniser.name)
        return replace(recogniser, name=""), EngineOptions(threads=1)

    def absent(directory: Path, options: EngineOptions) -> FakeEngine:
        raise EngineUnavailable("not here")

    with registered_engine("absent", absent), registered_engine("present", lambda *_: FakeEngine(echo)):
        choices = AutoChoices(config(), tmp_path, 1)
        assert choices.engine(replace(recogniser, name="only"), probe) == "absent"
        assert probed == []
        for _ in range(2):
            assert choices.engine(replace(recogniser, name=""), probe) == "present"
        assert len(probed) == 1
        assert AutoChoices(config(), tmp_path, 1).engine(replace(recogniser, name="other"), probe) == "absent"
        assert choices.graph_engine(replace(recogniser, name="other")) == "another"
