"""The ONNX Runtime engine on a device that needs few shapes."""

import logging
import time
from collections.abc import Mapping

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.engines.base import DEVICE_BATCH_SIZES, EngineOptions, run_failure
from models.engines.onnx_bindings import BoundSession
from models.engines.onnx_run import run_all, shrinking
from models.errors import EngineFailure

logger = logging.getLogger(__name__)

_LARGE_INPUT = 3 * 4096 * 4096
"""As `models.engines.base.LARGE_INPUT`, but larger than the detector's full batches. On a GPU, giving memory back stops
the device."""


class OnnxRuntimeDeviceEngine:
    """One ONNX Runtime session on a device that needs few shapes. Batches are filled up, and buffers are reused.

    Args:
        session: opened on the device.
        kind: ONNX Runtime's name of the device, ``cuda`` or (for tests) ``cpu``.
        index: index of the device.
        device: see `Engine.device`.
    """

    name = "onnxruntime"
    batch_sizes = DEVICE_BATCH_SIZES

    def __init__(self, session: ort.InferenceSession, kind: str, index: int, device: str) -> None:
        self._session: ort.InferenceSession | None = session
        self._kind, self._index = kind, index
        self._bound = BoundSession(session, kind, index, self.batch_sizes)
        self._shrinking = shrinking(f"{'gpu' if kind == 'cuda' else kind}:{index}")
        self.device = device

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self._session is None:
            raise EngineFailure("The ONNX Runtime session is closed.")
        try:
            return self._bound.run(batch, self._shrinking if batch.size > _LARGE_INPUT else None)
        except Exception as error:  # the library raises its own C++ exceptions as plain classes
            raise run_failure(f"ONNX Runtime failed on a batch of shape {batch.shape}.", error) from error

    def warm(self, options: EngineOptions) -> None:
        """Run every known shape once, so that no request waits for the search for kernels.

        Raises:
            EngineFailure: the device failed.
        """
        begin = time.perf_counter()
        for shape in options.batch_shapes:
            self.run(np.zeros(shape, np.float32))
        if options.batch_shapes:
            seconds = time.perf_counter() - begin
            logger.info("onnxruntime: %d shapes prepared in %.1f s", len(options.batch_shapes), seconds)

    @property
    def input_names(self) -> tuple[str, ...]:
        """See `GraphEngine.input_names`."""
        return () if self._session is None else tuple(given.name for given in self._session.get_inputs())

    def run_all(self, inputs: Mapping[str, NDArray[np.float32]]) -> tuple[NDArray[np.float32], ...]:
        """See `GraphEngine.run_all`."""
        return run_all(self._session, inputs)

    def twin(self) -> "OnnxRuntimeDeviceEngine | None":
        """See `Engine.twin`. One lane reads its output and fills its next batch while the other's is on the device."""
        if self._session is None:
            return None
        return OnnxRuntimeDeviceEngine(self._session, self._kind, self._index, self.device)

    def close(self) -> None:
        """See `Engine.close`."""
        self._session = None
        self._bound.close()
