"""Lines of pages on a device: what reaches the network, and what a failure costs."""

from typing import Any

import pytest
import torch
from torch import Tensor

from models.descriptions.model_directory import RecognitionSpec
from models.errors import EngineFailure, OutOfDeviceMemory
from models.stages.base import CpuPool
from models.stages.device.lane_model import Placement
from models.stages.device.line_reader import DeviceLineReader
from models.stages.recognition import RecognitionStage
from tests.unit.models.stages.device.device_pages import BROKEN, PAGES, PLACE, breaking, line, on_stage, picture
from tests.unit.models.stages.device.networks import Answer, Noting, level_as_class, model

RECOGNITION = RecognitionSpec("BGR", (3, 48, 320), tuple("abcdefgh"))


def recognition(network: Noting, pool: CpuPool) -> RecognitionStage:
    readers = [DeviceLineReader(RECOGNITION, model(network), PLACE)]
    return RecognitionStage(RECOGNITION, readers, pool, padding="bucket", group_size=6)


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
