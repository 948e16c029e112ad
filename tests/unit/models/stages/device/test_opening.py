"""A configuration that names the engine gets a clear error where it cannot run."""

import asyncio
import sys
import threading
from pathlib import Path
from typing import TypeAlias

import pytest
import torch
from torch import Tensor

from models.config import ModuleConfig, PipelineConfig
from models.descriptions.model_directory import RecognitionSpec
from models.engines.base import EngineOptions
from models.engines.registry import DEVICE_ENGINE, ENGINES
from models.engines.torch.session import TorchModel
from models.errors import EngineUnavailable
from models.loader import build_pipeline
from models.ops.line_groups import WIDTH_LADDER
from models.stages.base import CpuPool
from models.stages.classification import Classifier
from models.stages.detection import DetectionStage
from models.stages.device import opening
from models.stages.device.line_reader import LINE_BATCHES, MOST_PIXELS, line_shapes
from models.stages.device.opening import DeviceModels
from models.stages.recognition import RecognitionStage
from models.store.weights import ModelStore
from tests.unit.models.engines.torch.real_models import directory

Ran: TypeAlias = tuple[int, tuple[int, ...]]
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


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Ran]:
    """The thread and the shape of each blank batch, in order."""
    batches: list[Ran] = []
    blank = TorchModel._blank

    def noted(model: TorchModel, shape: tuple[int, ...]) -> Tensor:
        batches.append((threading.get_ident(), tuple(shape)))
        return blank(model, shape)

    monkeypatch.setattr(TorchModel, "_blank", noted)
    return batches


def lanes_of(stage: DetectionStage | RecognitionStage | Classifier) -> list[int]:
    """The threads that run the batches of a stage, which is closed then."""
    threads = [executor.submit(threading.get_ident).result() for executor in stage.batcher._executors]
    asyncio.run(stage.close())
    return threads


def test_a_detector_of_several_lanes_has_run_in_the_thread_of_each_before_the_first_page(
    monkeypatch: pytest.MonkeyPatch, ran: list[Ran], pool: CpuPool
) -> None:
    shapes = ((1, 3, 64, 96), (2, 3, 64, 96))
    monkeypatch.setattr(opening, "LANES", {"cpu": 2})
    monkeypatch.setattr(opening, "WARM_UP", {"cpu": shapes})
    weights = directory("PP-OCRv5_mobile_det")
    detectors = DeviceModels.on(EngineOptions(threads=1)).detectors(weights, "f32")
    assert (len(detectors), ran) == (2, [])
    lanes = lanes_of(DetectionStage(weights.detection(), detectors, pool))
    assert threading.get_ident() not in lanes
    assert ran == [(lane, shape) for lane in lanes for shape in shapes]


@pytest.mark.parametrize("on_ladder", [True, False])
def test_each_lane_of_a_recogniser_captures_its_graphs_in_its_own_thread_the_largest_first(
    *, on_ladder: bool, monkeypatch: pytest.MonkeyPatch, ran: list[Ran], pool: CpuPool
) -> None:
    monkeypatch.setattr(opening, "LANES", {"cpu": 2})
    monkeypatch.setattr(opening, "line_shapes", lambda *_: ((1, 3, 48, 64), (2, 3, 48, 64)))
    weights = directory("PP-OCRv5_mobile_rec")
    readers = DeviceModels.on(EngineOptions(threads=1)).line_readers(weights, "f32", on_ladder=on_ladder)
    lanes = lanes_of(RecognitionStage(weights.recognition(), readers, pool, padding="bucket", group_size=6))
    expected = [(lane, (lines, 3, 48, 64)) for lane in lanes for lines in (2, 1)]
    assert ran == (expected if on_ladder else [])


def test_a_classifier_captures_its_graphs_in_the_thread_of_its_lane(
    monkeypatch: pytest.MonkeyPatch, ran: list[Ran], pool: CpuPool
) -> None:
    weights = directory("PP-LCNet_x1_0_textline_ori")
    spec = weights.classification()
    monkeypatch.setattr(opening, "image_shapes", lambda *_: ((1, *spec.item_shape),))
    models = DeviceModels.on(EngineOptions(threads=1)).classifiers(weights, "f32")
    (lane,) = lanes_of(Classifier("textline_orientation", spec, models, pool))
    assert ran == [(lane, (1, *spec.item_shape))]
