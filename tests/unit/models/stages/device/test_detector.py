"""Detection on pages of a device: who shares a batch, and what a failure costs."""

import weakref
from collections.abc import Callable

import numpy as np
import pytest
from torch import Tensor

from models.descriptions.model_directory import DetectionSpec
from models.document import Image
from models.engines.torch.lane import CpuLane
from models.engines.torch.readback import SLOTS, Readback
from models.engines.torch.session import TorchModel
from models.errors import EngineFailure, OutOfDeviceMemory
from models.options import OcrDefaults, OcrOverrides
from models.stages.base import CpuPool
from models.stages.detection import DetectionStage
from models.stages.device.detector import DeviceDetector
from tests.unit.models.stages.device.device_pages import (
    BROKEN,
    OPTIONS,
    PAGES,
    PLACE,
    UNIT,
    breaking,
    on_stage,
    picture,
)
from tests.unit.models.stages.device.networks import Noting, model, red_as_map

DETECTION = DetectionSpec("BGR", 1 / 255, UNIT, UNIT, 0.3, 0.6, 1.5, 1000)


def detection(network: Noting, pool: CpuPool) -> DetectionStage:
    return DetectionStage(DETECTION, [DeviceDetector(model(network), PLACE)], pool)


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


@pytest.mark.parametrize("failing", ["network", "readback"])
def test_the_librarys_own_words_reach_the_log_and_not_the_caller(
    failing: str, pool: CpuPool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = f"CUDA error: an illegal memory access was encountered by the {failing}"

    def illegal(*_: object) -> tuple[Tensor, ...]:
        raise RuntimeError(f"{words}\nCUDA kernel errors might be reported at some other call")

    if failing == "readback":
        monkeypatch.setattr(Readback, "arrays", illegal)
    stage = detection(Noting(illegal if failing == "network" else red_as_map), pool)
    for answer in on_stage(stage, *(lambda: stage.find(PAGES.take(picture(1)), OPTIONS) for _ in range(2))):
        assert isinstance(answer, EngineFailure)
        assert "CUDA" not in str(answer)
    assert [record.getMessage() for record in caplog.records if words in record.getMessage()] == [
        f"the device's library failed: RuntimeError: {words}"
    ]
