"""Results on their way from the device to the host, while the lane goes on."""

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
"""Results of a lane that are on their way at once: a batch of the detector comes in three parts at most. Slots are used
in turn, so each grows to the largest result, 52 MB of page-locked memory for eight pages."""


class Readback:
    """One result. The lane's thread makes it; any other takes the arrays, once, or forgets it."""

    def __init__(self, held: Sequence[Tensor], done: Callable[[], None], release: Callable[[], None]) -> None:
        self._held = tuple(held)
        self._done = done
        self._release = weakref.finalize(self, release)

    def arrays(self) -> tuple[NDArray[np.generic], ...]:
        """Wait until the result is here, and copy it out. To be called exactly once."""
        try:
            self._done()
            return tuple(np.array(tensor.numpy()) for tensor in self._held)
        finally:
            self._release()


class ReadbackRing:
    """Host memory that the device can write to, used over and over: taking new memory each time stops the device.

    Args:
        lane: whose results it takes.
        slots: results on their way at once; one more waits until another was taken.
    """

    def __init__(self, lane: Lane, slots: int = SLOTS) -> None:
        self._lane = lane
        self._free: SimpleQueue[_Slot] = SimpleQueue()
        for _ in range(slots):
            self._free.put(_Slot(pinned=lane.device.type == "cuda"))

    def send(self, tensors: Sequence[Tensor]) -> Readback:
        """Queue the copies of a result. Inside the lane's ``active``.

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
    """Buffers for the tensors of one result, each as large as the largest that it has held."""

    def __init__(self, *, pinned: bool) -> None:
        self._pinned = pinned
        self._buffers: list[Tensor] = []

    def place(self, index: int, like: Tensor) -> Tensor:
        """Memory of a tensor's shape and type."""
        if index == len(self._buffers):
            self._buffers.append(torch.empty(0, dtype=torch.uint8))
        size = like.numel() * like.element_size()
        if self._buffers[index].numel() < size:
            self._buffers[index] = torch.empty(size, dtype=torch.uint8, pin_memory=self._pinned)
        return self._buffers[index][:size].view(like.dtype).view(like.shape)
