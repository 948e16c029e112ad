"""OpenVINO on x86 CPUs, in float32, with ONNX Runtime's texts.

For shapes seen before, the recogniser takes about 0.6 times ONNX Runtime's time; every new shape first costs a kernel.
"""

import os
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.engines.base import LARGE_INPUT, EngineOptions
from models.errors import EngineFailure, EngineUnavailable

os.environ.setdefault("OPENVINO_TELEMETRY", "0")

import openvino as ov

_KERNELS_KEPT = 1000
"""Kernels kept for shapes seen before. Pages bring ever new widths: with OpenVINO's own 5000 a recogniser grows to
1.2 GiB after 400 of them, with 1000 to 0.6 GiB; new shapes cost the same, repeated ones up to 5 % more time."""


class OpenVinoEngine:
    """One compiled model with one inference request."""

    name = "openvino"

    def __init__(self, compiled: ov.CompiledModel) -> None:
        self._compiled = compiled
        self._request: ov.InferRequest | None = compiled.create_infer_request()
        self.device = ", ".join(compiled.get_property("EXECUTION_DEVICES"))

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self._request is None:
            raise EngineFailure("The OpenVINO model is closed.")
        try:
            self._request.infer([batch], share_inputs=True)
            output = np.array(self._request.get_output_tensor(0).data, np.float32)
            if batch.size > LARGE_INPUT:
                self._compiled.release_memory()
        except Exception as error:  # the library raises its own C++ exceptions as plain RuntimeError
            raise EngineFailure(f"OpenVINO failed on a batch of shape {batch.shape}.") from error
        return output

    def close(self) -> None:
        """See `Engine.close`."""
        self._request = None


@cache
def _core() -> ov.Core:
    """OpenVINO's core, one a process: when the last one goes, it frees the signal stack of the thread that made it."""
    return ov.Core()


def open_model(directory: Path, options: EngineOptions) -> OpenVinoEngine:
    """Compile ``inference.onnx`` of a model directory for the CPU.

    Raises:
        EngineUnavailable: a device other than the CPU is asked for.
        EngineFailure: the file is not a model that OpenVINO can compile.
    """
    if options.device != "cpu":
        raise EngineUnavailable(f"Engine 'openvino' runs on the CPU only; device '{options.device}' was asked for.")
    # Left to itself OpenVINO computes in BF16 on a CPU that has it, and a quarter of the texts change.
    properties: dict[str, object] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": "1",
        "CPU_RUNTIME_CACHE_CAPACITY": _KERNELS_KEPT,
    }
    if options.threads:
        properties["INFERENCE_NUM_THREADS"] = options.threads
    try:
        compiled = _core().compile_model(directory / "inference.onnx", "CPU", properties)
    except Exception as error:
        raise EngineFailure(f"OpenVINO cannot compile the model in {directory}: {error}") from error
    return OpenVinoEngine(compiled)
