"""ONNX Runtime on the CPU and on NVIDIA GPUs. On the CPU it runs everywhere and is the reference for other engines."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.engines.base import LARGE_INPUT, EngineOptions, refuse_precision
from models.engines.onnx_device import OnnxRuntimeDeviceEngine
from models.engines.onnx_gpu import open_gpu_session
from models.engines.onnx_run import run_all, shrinking
from models.errors import EngineFailure, EngineUnavailable

_LOG_ERRORS_ONLY = 3


class OnnxRuntimeEngine:
    """One ONNX Runtime session on the CPU. Several threads may run it at the same time."""

    name = "onnxruntime"
    batch_sizes: tuple[int, ...] = ()

    def __init__(self, session: ort.InferenceSession, options: EngineOptions) -> None:
        self._session: ort.InferenceSession | None = session
        self._options = options
        self._input = session.get_inputs()[0].name
        self._output = session.get_outputs()[0].name
        self._shrinking = shrinking("cpu:0")
        self.device = ", ".join(session.get_providers())

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self._session is None:
            raise EngineFailure("The ONNX Runtime session is closed.")
        try:
            options = self._shrinking if batch.size > LARGE_INPUT else None
            with self._options.permit:
                (output,) = self._session.run([self._output], {self._input: batch}, options)
        except Exception as error:  # the library raises its own C++ exceptions as plain classes
            raise EngineFailure(f"ONNX Runtime failed on a batch of shape {batch.shape}.") from error
        return np.asarray(output, np.float32)

    @property
    def input_names(self) -> tuple[str, ...]:
        """See `GraphEngine.input_names`."""
        return () if self._session is None else tuple(given.name for given in self._session.get_inputs())

    def run_all(self, inputs: Mapping[str, NDArray[np.float32]]) -> tuple[NDArray[np.float32], ...]:
        """See `GraphEngine.run_all`."""
        with self._options.permit:
            return run_all(self._session, inputs)

    def twin(self) -> "OnnxRuntimeEngine | None":
        """See `Engine.twin`. Any number of threads may run the session itself."""
        return OnnxRuntimeEngine(self._session, self._options) if self._session is not None else None

    def close(self) -> None:
        """See `Engine.close`."""
        self._session = None


def open_model(directory: Path, options: EngineOptions) -> OnnxRuntimeEngine | OnnxRuntimeDeviceEngine:
    """Open ``inference.onnx`` of a model directory.

    Raises:
        EngineUnavailable: the device, or the precision on it, is not available. No other one is taken instead.
        EngineFailure: the file is not a model that ONNX Runtime can load.
    """
    model = directory / "inference.onnx"
    settings = ort.SessionOptions()
    # The threads that run the session compute too. They share the pool, which has one thread less than its size.
    settings.intra_op_num_threads = options.threads - options.streams + 1
    settings.log_severity_level = _LOG_ERRORS_ONLY
    # Threads that spin while they wait would take cores from the other stages' sessions and from the HTTP server.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if options.device != "cpu":
        session, gpu, precision = open_gpu_session(model, options, settings)
        provider = session.get_providers()[0]
        engine = OnnxRuntimeDeviceEngine(
            session, "cuda", gpu.index, f"{options.device} ({gpu.name}), {provider}, {precision}"
        )
        engine.warm(options)
        return engine
    refuse_precision("onnxruntime", options, "f32")
    if options.tensorrt:
        raise EngineUnavailable("engine.tensorrt needs a GPU (device: gpu:N).")
    try:
        session = ort.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise EngineFailure(f"ONNX Runtime cannot load the model in {directory}: {error}") from error
    return OnnxRuntimeEngine(session, options)
