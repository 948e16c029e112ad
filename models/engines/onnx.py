"""ONNX Runtime on the CPU: runs everywhere, the engine that the others are compared with."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.engines.base import LARGE_INPUT, EngineOptions, refuse_bf16
from models.errors import EngineFailure, EngineUnavailable

_LOG_ERRORS_ONLY = 3

_SHRINKING = ort.RunOptions()
_SHRINKING.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")


class OnnxRuntimeEngine:
    """One ONNX Runtime session."""

    name = "onnxruntime"
    batch_sizes: tuple[int, ...] = ()

    def __init__(self, session: ort.InferenceSession) -> None:
        self._session: ort.InferenceSession | None = session
        self._input = session.get_inputs()[0].name
        self._output = session.get_outputs()[0].name
        self.device = ", ".join(session.get_providers())

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self._session is None:
            raise EngineFailure("The ONNX Runtime session is closed.")
        try:
            options = _SHRINKING if batch.size > LARGE_INPUT else None
            (output,) = self._session.run([self._output], {self._input: batch}, options)
        except Exception as error:  # the library raises its own C++ exceptions as plain classes
            raise EngineFailure(f"ONNX Runtime failed on a batch of shape {batch.shape}.") from error
        return np.asarray(output, np.float32)

    def twin(self) -> None:
        """See `Engine.twin`. Not measured to be a gain."""

    def close(self) -> None:
        """See `Engine.close`."""
        self._session = None


def open_model(directory: Path, options: EngineOptions) -> OnnxRuntimeEngine:
    """Open ``inference.onnx`` of a model directory.

    Raises:
        EngineUnavailable: a device other than the CPU, or a precision other than float32, is asked for.
        EngineFailure: the file is not a model that ONNX Runtime can load.
    """
    if options.device != "cpu":
        raise EngineUnavailable(f"Engine 'onnxruntime' runs on the CPU only; device '{options.device}' was asked for.")
    refuse_bf16("onnxruntime", options)
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.log_severity_level = _LOG_ERRORS_ONLY
    # Threads that spin while they wait take the cores that the other stages' sessions and the HTTP side need.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(directory / "inference.onnx", settings, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EngineFailure(f"ONNX Runtime cannot load the model in {directory}: {error}") from error
    return OnnxRuntimeEngine(session)
