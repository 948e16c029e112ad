"""Copies results from the device to the host while the lane goes on."""

import weakref
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.engines.torch.lane import Lane

SLOTS = 4
"""The results of a lane that are copied at the same time. A batch of the detector has at most three parts. The slots
are used one after the other, so each grows to the largest result: 52 MB of page-locked memory for eight pages."""


class Readback:
    """One result. The lane's thread makes it. Any thread takes its arrays once, or drops it."""

    def __init__(self, held: Sequence[Tensor], done: Callable[[], None], release: Callable[[], None]) -> None:
        self._held = tuple(held)
        self._done = done
        self._release = weakref.finalize(self, release)

    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """Wait until the result has arrived, and copy it. To be called exactly once."""
        try:
            self._done()
            return tuple(np.array(tensor.numpy()) for tensor in self._held)
        finally:
            self._release()


class ReadbackRing:
    """Host memory that the device can write to. It is used again and again: new memory would stop the device.

    Args:
        lane: the lane of the results.
        slots: number of results that are copied at the same time. A further one waits until a slot is free.
    """

    def __init__(self, lane: Lane, slots: int = SLOTS) -> None:
        self._lane = lane
        self._free: SimpleQueue[_Slot] = SimpleQueue()
        for _ in range(slots):
            self._free.put(_Slot(pinned=lane.device.type == "cuda"))

    def send(self, tensors: Sequence[Tensor]) -> Readback:
        """Queue the copies of a result. Only to be called inside the lane's ``active``.

        Args:
            tensors: on the lane's device.
        """
        slot = self._free.get()
        try:
            held = [slot.place(index, tensor).copy_(tensor, non_blocking=True) for index, tensor in enumerate(tensors)]
            return Readback(held, self._lane.mark(), partial(self._free.put, slot))
        except BaseException:
            self._free.put(slot)
            raise


class _Slot:
    """Buffers for the tensors of one result. Each is as large as the largest tensor that it has held."""

    def __init__(self, *, pinned: bool) -> None:
        self._pinned = pinned
        self._buffers: list[Tensor] = []

    def place(self, index: int, like: Tensor) -> Tensor:
        """Memory with the shape and type of a tensor."""
        if index == len(self._buffers):
            self._buffers.append(torch.empty(0, dtype=torch.uint8))
        size = like.numel() * like.element_size()
        if self._buffers[index].numel() < size:
            self._buffers[index] = torch.empty(size, dtype=torch.uint8, pin_memory=self._pinned)
        return self._buffers[index][:size].view(like.dtype).view(like.shape)
