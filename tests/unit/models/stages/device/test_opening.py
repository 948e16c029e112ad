"""A configuration that names the engine gets a clear error where it cannot run."""

import sys
from pathlib import Path

import pytest
import torch

from models.config import ModuleConfig, PipelineConfig
from models.descriptions.model_directory import RecognitionSpec
from models.engines.base import EngineOptions
from models.engines.registry import DEVICE_ENGINE, ENGINES
from models.engines.torch.session import TorchModel
from models.errors import EngineUnavailable
from models.loader import build_pipeline
from models.ops.line_groups import WIDTH_LADDER
from models.stages.device import opening
from models.stages.device.line_reader import LINE_BATCHES, MOST_PIXELS, line_shapes
from models.stages.device.opening import DeviceModels
from models.store.weights import ModelStore
from tests.unit.models.engines.torch.real_models import directory

RECOGNITION = RecognitionSpec("BGR", (3, 48, 320), ("a",))


def build(folder: Path, device: str) -> None:
    config = PipelineConfig(ModuleConfig("detector"), ModuleConfig("recogniser"), engine="torch", device=device)
    build_pipeline(config, ModelStore(folder, offline=True, manifest_path=folder / "models.yaml"))


def test_without_the_library_the_message_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, ENGINES[DEVICE_ENGINE].module, None)
    with pytest.raises(EngineUnavailable, match=r"\[torch\]"):
        build(tmp_path, "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_a_gpu_is_refused_and_nothing_else_is_taken(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="gpu:0"):
        build(tmp_path, "gpu:0")


def test_tensorrt_is_refused() -> None:
    with pytest.raises(EngineUnavailable, match="TensorRT"):
        DeviceModels.on(EngineOptions(tensorrt=True))


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_every_batch_of_the_ladder_that_can_come_has_a_graph(kind: str) -> None:
    shapes = set(line_shapes(RECOGNITION, kind))
    for width in WIDTH_LADDER:
        most = min(MOST_PIXELS[kind] // (48 * width), LINE_BATCHES[kind][-1])
        for lines in range(1, max(1, most) + 1):
            rows = next(size for size in LINE_BATCHES[kind] if size >= lines)
            assert (rows, 3, 48, width) in shapes


def test_a_detector_of_several_lanes_has_run_on_each_before_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[int, ...]] = []
    monkeypatch.setattr(opening, "LANES", {"cpu": 2})
    monkeypatch.setattr(opening, "WARM_UP", {"cpu": ((1, 3, 64, 96), (2, 3, 64, 96))})
    blank = TorchModel._blank
    monkeypatch.setattr(TorchModel, "_blank", lambda model, shape: (ran.append(tuple(shape)), blank(model, shape))[1])
    detectors = DeviceModels.on(EngineOptions(threads=1)).detectors(directory("PP-OCRv5_mobile_det"), "f32")
    assert len(detectors) == 2
    assert ran == 2 * [(1, 3, 64, 96), (2, 3, 64, 96)]
