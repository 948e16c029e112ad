"""The stages on pages of a device: what reaches the networks, who shares a batch, and what a failure costs."""

import asyncio
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.descriptions.model_directory import ClassificationSpec, DetectionSpec, RecognitionSpec
from models.document import Image
from models.engines.torch.lane import CpuLane
from models.engines.torch.readback import SLOTS
from models.engines.torch.session import TorchModel
from models.errors import EngineFailure, OutOfDeviceMemory
from models.ops.crop import LineRegion
from models.ops.rotate import rotate_image
from models.options import OcrDefaults, OcrOverrides
from models.stages.base import CpuPool
from models.stages.classification import Classifier
from models.stages.detection import DetectionStage
from models.stages.device import pages as pages_module
from models.stages.device.classifier import DeviceClassifier
from models.stages.device.detector import DeviceDetector
from models.stages.device.lane_model import Placement
from models.stages.device.line_reader import DeviceLineReader
from models.stages.device.pages import DevicePage, DevicePages, on_device
from models.stages.device.unwarper import DeviceUnwarper
from models.stages.pages import PagePixels
from models.stages.recognition import RecognitionStage
from models.stages.unwarping import UnwarpingStage
from tests.unit.models.stages.device.networks import Answer, Noting, level_as_class, model, red_as_map

T = TypeVar("T")

UNIT = (0.5, 0.5, 0.5)
DETECTION = DetectionSpec("BGR", 1 / 255, UNIT, UNIT, 0.3, 0.6, 1.5, 1000)
RECOGNITION = RecognitionSpec("BGR", (3, 48, 320), tuple("abcdefgh"))
LINES = ClassificationSpec("BGR", None, (160, 80), None, 1 / 255, UNIT, UNIT, ("0_degree", "180_degree"))
WHOLE = ClassificationSpec("BGR", 256, None, (224, 224), 1 / 255, UNIT, UNIT, ("0", "90", "180", "270"))
PLACE = Placement("cpu, f32")
PAGES = DevicePages(CpuLane())
OPTIONS = OcrDefaults().resolve(OcrOverrides())
BROKEN = 200
"""A level that breaks a network."""


def picture(level: int, height: int = 64, width: int = 640) -> Image:
    return np.full((height, width, 3), level, np.uint8)


def line(width: int = 200) -> LineRegion:
    corners = np.array([[10, 8], [10 + width, 8], [10 + width, 56], [10, 56]], np.float32)
    return LineRegion(corners, width, 48)


def on_stage(stage: Any, *calls: Callable[[], Coroutine[Any, Any, T]]) -> list[T | BaseException]:
    """Run calls of a stage at once and close it."""

    async def run() -> list[T | BaseException]:
        try:
            return await asyncio.gather(*(call() for call in calls), return_exceptions=True)
        finally:
            await stage.close()

    return asyncio.run(run())


def detection(network: Noting, pool: CpuPool) -> DetectionStage:
    return DetectionStage(DETECTION, [DeviceDetector(model(network), PLACE)], pool)


def recognition(network: Noting, pool: CpuPool) -> RecognitionStage:
    readers = [DeviceLineReader(RECOGNITION, model(network), PLACE)]
    return RecognitionStage(RECOGNITION, readers, pool, padding="bucket", group_size=6)


@pytest.fixture
def pool():
    opened = CpuPool(1)
    yield opened
    opened.close()


def red_square(left: int) -> Image:
    """A page on which the detector that sees red finds one box."""
    page = picture(0, 640, 640)
    page[200:260, left : left + 100, 2] = 255
    return page


def test_a_box_is_found_where_it_is_in_a_page_of_another_size_than_the_detectors(pool: CpuPool) -> None:
    stage = detection(Noting(red_as_map), pool)
    options = OcrDefaults().resolve(OcrOverrides(text_det_limit_side_len=320, text_det_limit_type="max"))
    ((found,),) = on_stage(stage, lambda: stage.find(PAGES.take(red_square(300)), options))
    # The outline grows by area * 1.5 / perimeter: about 28 px to each side.
    np.testing.assert_allclose(found.quad, [[272, 172], [428, 172], [428, 288], [272, 288]], atol=6)


def test_pages_of_one_detector_shape_share_batches_and_keep_their_own_maps(pool: CpuPool) -> None:
    network = Noting(red_as_map)
    stage = detection(network, pool)
    lefts = [60, 120, 180, 240, 300, 360, 420, 480]
    pages = [PAGES.take(red_square(left)) for left in lefts]
    found = on_stage(stage, *(lambda page=page: stage.find(page, OPTIONS) for page in pages))
    middles = [round(float(boxes[0].quad[:, 0].mean())) for boxes in found]
    np.testing.assert_allclose(middles, [left + 50 for left in lefts], atol=2)
    assert all(shape[1:] == (3, 640, 640) for shape in network.shapes)
    assert max(shape[0] for shape in network.shapes) > 1


def test_a_detection_batch_is_split_into_sizes_that_have_a_graph() -> None:
    network = Noting(red_as_map)
    detector = DeviceDetector(model(network), PLACE)
    levels = [0, 30, 60, 90, 120, 150, 180]
    # The pages differ in size and are seen at the same.
    items = [detector.prepare(PAGES.take(picture(level, 64 + 3 * level, 96)), (64, 96)) for level in levels]
    maps = detector.run(items)
    assert [shape[0] for shape in network.shapes] == [4, 2, 1]
    assert [round(float(found.mean()) * 255) for found in maps] == levels
    assert {found.shape for found in maps} == {(64, 96)}


def texts(answers: list[Any]) -> list[list[str] | str]:
    return [
        type(answer).__name__ if isinstance(answer, BaseException) else [read.decoded.text for read in answer]
        for answer in answers
    ]


def test_lines_of_several_pages_are_cut_out_and_read_in_one_batch(pool: CpuPool) -> None:
    network = Noting(level_as_class)
    stage = recognition(network, pool)
    pages = [PAGES.take(picture(level)) for level in (1, 2, 3)]
    answers = on_stage(stage, *(lambda page=page: stage.read(page, [line(), line(250)], flow=page) for page in pages))
    assert texts(answers) == [["a", "a"], ["b", "b"], ["c", "c"]]
    assert {shape[0] for shape in network.shapes} <= {1, 2, 4, 8}
    assert {shape[1:] for shape in network.shapes} == {(3, 48, 320)}
    assert stage.batcher.stats.shared_batches > 0


def test_what_is_beside_and_below_the_lines_of_a_batch_is_the_level_nearest_to_nothing(pool: CpuPool) -> None:
    network = Noting(level_as_class)
    stage = recognition(network, pool)
    page = PAGES.take(picture(3))
    on_stage(stage, lambda: stage.read(page, [line(200)] * 3))
    (batch,) = network.batches
    assert batch.dtype == torch.uint8
    assert len(batch) == 4
    assert (batch[:3, :, :, :200] == 3).all()
    assert (batch[:3, :, :, 200:] == 127).all()
    assert (batch[3] == 127).all()


def breaking(answer: Answer, error: Exception) -> Answer:
    def run(batch: Tensor) -> tuple[Tensor, ...]:
        if (batch == BROKEN).any():
            raise error
        return answer(batch)

    return run


def test_a_line_that_breaks_the_network_fails_alone(pool: CpuPool) -> None:
    stage = recognition(Noting(breaking(level_as_class, RuntimeError("illegal"))), pool)
    pages = [PAGES.take(picture(level)) for level in (1, BROKEN, 2)]
    answers = on_stage(stage, *(lambda page=page: stage.read(page, [line()], flow=page) for page in pages))
    assert texts(answers) == [["a"], "EngineFailure", ["b"]]


def test_a_device_without_room_says_so() -> None:
    network = Noting(breaking(level_as_class, RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")))
    reader = DeviceLineReader(RECOGNITION, model(network), PLACE)
    with pytest.raises(OutOfDeviceMemory):
        reader.run([reader.prepare(PAGES.take(picture(BROKEN)), line(), 200)], 1, 320)


def nonsense(batch: Tensor) -> tuple[Tensor, ...]:
    indices, best = level_as_class(batch)
    return indices, best * torch.nan


def too_many(batch: Tensor) -> tuple[Tensor, ...]:
    indices, best = level_as_class(batch)
    return indices + len(RECOGNITION.characters) + 2, best


@pytest.mark.parametrize(("answer", "problem"), [(nonsense, "not finite"), (too_many, "more classes")])
def test_an_answer_that_cannot_be_right_is_refused(answer: Answer, problem: str) -> None:
    reader = DeviceLineReader(RECOGNITION, model(Noting(answer)), PLACE)
    with pytest.raises(EngineFailure, match=problem):
        reader.run([reader.prepare(PAGES.take(picture(1)), line(), 200)], 1, 320)


def test_failures_leave_room_for_the_next_answers() -> None:
    detector = DeviceDetector(model(Noting(breaking(red_as_map, RuntimeError("illegal")))), PLACE)
    good = [detector.prepare(PAGES.take(picture(level)), (64, 640)) for level in (1, 2)]
    broken = detector.prepare(PAGES.take(picture(BROKEN)), (64, 640))
    for _ in range(2 * SLOTS):
        with pytest.raises(EngineFailure):
            detector.run([*good, broken])
    assert len(detector.run(good)) == 2


class BrokenLane(CpuLane):
    """A lane whose device tells, to who waits for it, that it failed."""

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message

    def mark(self) -> Callable[[], None]:
        def wait() -> None:
            if self.message:
                raise RuntimeError(self.message)

        return wait


@pytest.mark.parametrize(
    ("message", "kind"), [("device-side assert", EngineFailure), ("CUDA out of memory", OutOfDeviceMemory)]
)
def test_what_fails_on_the_device_is_an_engine_failure_and_leaves_room(message: str, kind: type[EngineFailure]) -> None:
    lane = BrokenLane(message)
    detector = DeviceDetector(TorchModel(Noting(red_as_map), lane), PLACE)
    items = [detector.prepare(PAGES.take(picture(1)), (64, 640)) for _ in range(3)]  # come in two parts
    for _ in range(2 * SLOTS):
        with pytest.raises(EngineFailure) as failure:
            detector.run(items)
        assert type(failure.value) is kind
    lane.message = ""
    assert len(detector.run(items)) == 3


def test_why_a_batch_failed_is_told_where_waiting_for_the_others_fails_too() -> None:
    network = Noting(breaking(red_as_map, RuntimeError("CUDA out of memory")))
    detector = DeviceDetector(TorchModel(network, BrokenLane("device-side assert")), PLACE)
    items = [detector.prepare(PAGES.take(picture(level)), (64, 640)) for level in (1, 2, BROKEN)]
    with pytest.raises(OutOfDeviceMemory):
        detector.run(items)


def test_a_closed_model_keeps_no_lane() -> None:
    lane = CpuLane()
    gone = weakref.ref(lane)
    detector = DeviceDetector(TorchModel(Noting(red_as_map), lane), PLACE)
    del lane
    detector.run([detector.prepare(PAGES.take(picture(1)), (64, 640))])
    assert gone() is not None
    detector.close()
    assert gone() is None


def test_a_page_that_the_device_has_no_room_for_is_its_own_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Tensor:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    monkeypatch.setattr(pages_module, "page_on", full)
    with pytest.raises(OutOfDeviceMemory):
        PAGES.take(picture(1))


def test_a_closed_model_is_refused() -> None:
    reader = DeviceLineReader(RECOGNITION, model(Noting(level_as_class)), PLACE)
    reader.close()
    with pytest.raises(EngineFailure, match="closed"):
        reader.run([reader.prepare(PAGES.take(picture(1)), line(), 200)], 1, 320)


def test_a_model_uses_the_threads_that_it_is_given() -> None:
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            reader = DeviceLineReader(RECOGNITION, model(Noting(level_as_class)), Placement("cpu, f32", threads))
            reader.run([reader.prepare(PAGES.take(picture(1)), line(), 200)], 1, 320)
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def brightest_half(batch: Tensor) -> tuple[Tensor, ...]:
    """Class 1 where the lower half of an image is brighter."""
    half = batch.shape[2] // 2
    upper, lower = (part.float().mean((1, 2, 3)) for part in (batch[:, :, :half], batch[:, :, half:]))
    return (torch.stack([upper, lower], dim=1),)


@pytest.mark.parametrize("spec", [LINES, WHOLE], ids=["lines", "pages"])
def test_lines_and_pages_are_classified_at_the_size_of_the_model(spec: ClassificationSpec, pool: CpuPool) -> None:
    network = Noting(brightest_half)
    stage = Classifier("orientation", spec, [DeviceClassifier(spec, model(network), PLACE)], pool)
    image = picture(0, 300, 400)
    image[150:] = 255
    page = PAGES.take(image)
    upright = np.array([[0, 100], [200, 100], [200, 200], [0, 200]], np.float32)
    regions = [LineRegion(upright, 200, 100), LineRegion(upright, 200, 100, upside_down=True)]
    views = [None, None, None] if spec is WHOLE else [*regions, regions[0]]
    (classes,) = on_stage(stage, lambda: stage.classify(page, views))
    assert classes == ([1, 1, 1] if spec is WHOLE else [1, 0, 1])
    assert network.shapes == [(4, *spec.item_shape)]


def test_a_flat_page_comes_back_to_both_sides_and_stays_as_it_is(pool: CpuPool) -> None:
    memory: list[Tensor] = []

    def inverted(batch: Tensor) -> tuple[Tensor, ...]:
        # As a captured graph does it: always into the same memory.
        if not memory:
            memory.append(torch.empty_like(batch))
        return (memory[0].copy_(255 - batch),)

    stage = UnwarpingStage([DeviceUnwarper(model(Noting(inverted)), PLACE)], pool)
    first, second = on_stage(
        stage,
        lambda: stage.unwarp(PAGES.take(picture(10, 20, 30))),
        lambda: stage.unwarp(PAGES.take(picture(50, 20, 30))),
    )
    for page, level in ((first, 245), (second, 205)):
        np.testing.assert_array_equal(page.image, picture(level, 20, 30))
        assert (on_device(page) == level).all()


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_page_is_turned_on_both_sides(angle: Any) -> None:
    image: NDArray[np.uint8] = np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    rotated = PAGES.rotate(PAGES.take(image), angle)
    assert isinstance(rotated, DevicePage)
    np.testing.assert_array_equal(rotated.image, rotate_image(image, angle))
    np.testing.assert_array_equal(rotated.tensor.permute(1, 2, 0).numpy(), rotated.image)


def test_a_page_that_is_not_on_the_device_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        on_device(PagePixels(picture(1)))
