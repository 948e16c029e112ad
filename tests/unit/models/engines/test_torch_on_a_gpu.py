"""Only a GPU can show this: graphs, streams and float16 answer as the CPU does. Skipped where there is no GPU."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from torch import Tensor

from models.engines.torch.lane import CpuLane, CudaLane, Lane, open_lane
from models.engines.torch.readback import ReadbackRing
from models.engines.torch.session import Form, TorchModel, open_detector, open_recogniser
from models.errors import EngineFailure, OutOfDeviceMemory
from tests.unit.models.engines.torch.real_models import directory, lines, page, planes

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")

GPU = torch.device("cuda", 0)
HALF, FULL = Form(torch.float16), Form(torch.float32)


def answer(model: TorchModel, batch: Tensor) -> tuple[np.ndarray, ...]:
    with model.lane.active():
        sent = ReadbackRing(model.lane, slots=1).send(model(batch.to(model.lane.device)))
    return sent.arrays()


def test_a_graph_answers_as_the_network_it_was_made_of() -> None:
    model = open_detector(directory("PP-OCRv5_mobile_det"), open_lane(GPU), HALF)
    first, second = (torch.from_numpy(planes(page(name, 320))) for name in ("print.png", "small_print.png"))
    eager = answer(model, first)[0]  # seen for the first time
    for _ in range(3):  # captured, then replayed, with other pages of the shape between
        np.testing.assert_allclose(answer(model, first)[0], eager, atol=2e-2)
        answer(model, first.flip(3))
    assert answer(model, second)[0].shape == (1, *second.shape[2:])


@pytest.mark.parametrize(("form", "least"), [(FULL, 1.0), (HALF, 0.97)])
def test_lines_are_read_as_on_the_cpu(form: Form, least: float) -> None:
    found = directory("PP-OCRv5_mobile_rec")
    batch = torch.from_numpy(lines("print.png")[:8])
    (expected, sure) = answer(open_recogniser(found, CpuLane(), FULL), batch)
    model = open_recogniser(found, open_lane(GPU), form)
    model.prepare([tuple(batch.shape)])
    indices, confidences = answer(model, batch)
    assert (indices == expected).mean() >= least
    assert np.abs(confidences - sure)[indices == expected].mean() < 1e-2


def test_lanes_run_and_capture_beside_each_other() -> None:
    found = directory("PP-OCRv5_mobile_rec")
    batch = torch.from_numpy(lines("print.png")[:4])
    first = open_recogniser(found, open_lane(GPU), FULL)
    expected = answer(first, batch)[0]

    def work(lane: Lane) -> bool:
        model = first.on(lane)
        for rows in (1, 2, 3, 4):
            model.prepare([(rows, *batch.shape[1:])])
            if not (answer(model, batch[:rows])[0] == expected[:rows]).all():
                return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, [open_lane(GPU) for _ in range(4)]))


def test_no_two_open_lanes_share_a_stream_and_closed_ones_give_theirs_back() -> None:
    for _ in range(3):
        lanes = [open_lane(GPU) for _ in range(40)]
        assert len({lane.stream.cuda_stream for lane in lanes if isinstance(lane, CudaLane)}) == 40
        lanes.clear()


def test_a_batch_beyond_the_memory_fails_alone() -> None:
    model = open_detector(directory("PP-OCRv5_mobile_det"), open_lane(GPU), FULL)
    free, _ = torch.cuda.mem_get_info(GPU)
    side = 2048
    pages = free // (side * side * 16) + 1  # the first feature map alone takes 16 bytes a pixel of the page
    with pytest.raises(EngineFailure) as failure, model.lane.active():
        model(torch.zeros((1, 3, side, side), dtype=torch.uint8, device=GPU).expand(pages, 3, side, side))
    assert isinstance(failure.value, OutOfDeviceMemory)
    assert answer(model, torch.zeros((1, 3, 64, 64), dtype=torch.uint8))[0].shape == (1, 64, 64)
