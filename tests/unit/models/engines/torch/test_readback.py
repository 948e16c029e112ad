"""Results come to the host whole, however their memory is shared, and memory that is forgotten comes back."""

import gc
from collections.abc import Callable
from threading import Event, Thread

import numpy as np
import pytest
import torch

from models.engines.torch.lane import CpuLane
from models.engines.torch.readback import ReadbackRing


class SlowLane(CpuLane):
    """A lane whose work is done when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.finished = Event()

    def mark(self) -> Callable[[], None]:
        return lambda: None if self.finished.wait(10) else pytest.fail("never finished")


def test_tensors_of_any_type_and_size_arrive() -> None:
    ring = ReadbackRing(CpuLane(), slots=1)
    for length in (3, 1, 7):
        indices = torch.arange(length, dtype=torch.int32).reshape(1, length)
        confidences = torch.full((2, length), 0.5)
        levels = torch.full((length,), 200, dtype=torch.uint8)
        found = ring.send([indices, confidences, levels]).arrays()
        for array, tensor in zip(found, (indices, confidences, levels), strict=True):
            assert array.dtype == tensor.numpy().dtype
            np.testing.assert_array_equal(array, tensor.numpy())


def test_a_result_outlives_its_slot() -> None:
    ring = ReadbackRing(CpuLane(), slots=1)
    (first,) = ring.send([torch.full((4,), 1.0)]).arrays()
    (second,) = ring.send([torch.full((4,), 2.0)]).arrays()
    assert first.tolist() == [1.0] * 4
    assert second.tolist() == [2.0] * 4


def test_results_on_their_way_do_not_share_memory() -> None:
    ring = ReadbackRing(CpuLane(), slots=3)
    sent = [ring.send([torch.full((4,), float(number))]) for number in range(3)]
    assert [readback.arrays()[0].tolist() for readback in sent] == [[float(number)] * 4 for number in range(3)]


def test_arrays_wait_for_the_device() -> None:
    lane = SlowLane()
    readback = ReadbackRing(lane).send([torch.ones(2)])
    found: list[object] = []
    reader = Thread(target=lambda: found.append(readback.arrays()[0].tolist()))
    reader.start()
    reader.join(0.05)
    assert reader.is_alive()
    lane.finished.set()
    reader.join(10)
    assert found == [[1.0, 1.0]]


def test_a_full_ring_waits_for_a_reader() -> None:
    ring = ReadbackRing(CpuLane(), slots=1)
    first = ring.send([torch.ones(1)])
    sender = Thread(target=lambda: ring.send([torch.ones(1)]).arrays())
    sender.start()
    sender.join(0.05)
    assert sender.is_alive()
    first.arrays()
    sender.join(10)
    assert not sender.is_alive()


def test_a_forgotten_result_gives_its_slot_back() -> None:
    ring = ReadbackRing(CpuLane(), slots=1)
    for _ in range(3):
        readback = ring.send([torch.ones(1)])
        del readback
        gc.collect()
    assert ring.send([torch.ones(1)]).arrays()[0].tolist() == [1.0]


def test_a_result_that_cannot_be_sent_gives_its_slot_back() -> None:
    ring = ReadbackRing(CpuLane(), slots=1)
    with pytest.raises(NotImplementedError):
        ring.send([torch.ones(1, device="meta")])
    assert ring.send([torch.ones(1)]).arrays()[0].tolist() == [1.0]
