"""Runs an ONNX Runtime session on buffers that stay on its device, with one pair for each batch shape.

A shape that comes again uses the same buffers: nothing is allocated, and the output is in the same host memory. The
size of all buffers is limited. The buffers of the least recently used shape are freed first.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

MAX_BOUND_BYTES = 512 * 1024 * 1024
"""Bytes of inputs and outputs that one engine keeps. A single shape may take more while it runs. All shapes of a
recogniser fit if only the best classes come back; with 18,385 classes they would take several GB."""

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Buffers:
    """The buffers of one shape: the input on the device, and the output in host memory."""

    binding: ort.IOBinding
    batch: ort.OrtValue
    output: NDArray[np.float32]
    nbytes: int


class BoundSession:
    """One session with its bound buffers, for one thread.

    Args:
        session: may be shared with the `BoundSession` of other threads. Several threads may call ONNX Runtime's ``run``
            at the same time if no CUDA graphs are recorded, so none are.
        device: ONNX Runtime's name of the device that holds the inputs: ``cuda`` or ``cpu``.
        index: index of the device.
        sizes: numbers of rows, ascending, that batches are filled up to. So the device sees few shapes.
        max_bytes: see `MAX_BOUND_BYTES`.
    """

    def __init__(
        self,
        session: ort.InferenceSession,
        device: str,
        index: int,
        sizes: Sequence[int],
        max_bytes: int = MAX_BOUND_BYTES,
    ) -> None:
        self._session = session
        self._device, self._index = device, index
        self._sizes = tuple(sizes)
        self._max_bytes = max_bytes
        self._input = session.get_inputs()[0].name
        self._output = session.get_outputs()[-1].name
        self._kept: OrderedDict[Shape, _Buffers] = OrderedDict()

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes whose buffers are kept, the least recently used first."""
        return tuple(self._kept)

    def run(self, batch: NDArray[np.float32], options: ort.RunOptions | None = None) -> NDArray[np.float32]:
        """Run one batch, filled up with blank rows to the next of the sizes.

        Args:
            batch: float32 (N, 3, H, W).
            options: of this run.

        Returns:
            The first N rows of the last output, valid until the next run.
        """
        filled = self._filled(batch)
        # During the run its buffers are not among the kept ones, so after a failure they are not used again.
        buffers = self._kept.pop(filled.shape, None)
        if buffers is None:
            buffers = self._bind(filled, options)
        else:
            buffers.batch.update_inplace(filled)
            self._execute(buffers.binding, options)
        self._keep(filled.shape, buffers)
        return buffers.output[: len(batch)]

    def close(self) -> None:
        """Free all buffers."""
        self._kept.clear()

    def _filled(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = next((size for size in self._sizes if size >= len(batch)), len(batch))
        if rows == len(batch):
            return np.ascontiguousarray(batch)
        filled = np.zeros((rows, *batch.shape[1:]), np.float32)
        filled[: len(batch)] = batch
        return filled

    def _bind(self, batch: NDArray[np.float32], options: ort.RunOptions | None) -> _Buffers:
        """Run a shape for the first time. Only this shows the shape of its output."""
        value = ort.OrtValue.ortvalue_from_numpy(batch, self._device, self._index)
        if self._device == "cpu":  # without a copy the library would read the caller's own array, also in later runs
            value = ort.OrtValue.ortvalue_from_numpy(batch.copy())
        binding = self._session.io_binding()
        binding.bind_ortvalue_input(self._input, value)
        binding.bind_output(self._output, "cpu")
        self._execute(binding, options)
        output = np.array(binding.copy_outputs_to_cpu()[0], np.float32)
        binding.clear_binding_outputs()
        binding.bind_ortvalue_output(self._output, ort.OrtValue.ortvalue_from_numpy(output))
        return _Buffers(binding, value, output, batch.nbytes + output.nbytes)

    def _execute(self, binding: ort.IOBinding, options: ort.RunOptions | None) -> None:
        binding.synchronize_inputs()
        self._session.run_with_iobinding(binding, options)
        binding.synchronize_outputs()

    def _keep(self, shape: Shape, buffers: _Buffers) -> None:
        self._kept[shape] = buffers
        total = sum(kept.nbytes for kept in self._kept.values())
        while total > self._max_bytes and len(self._kept) > 1:
            total -= self._kept.popitem(last=False)[1].nbytes
