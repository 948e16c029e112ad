"""OpenVINO on x86 CPUs: in float32, with ONNX Runtime's texts, or in BF16 where the processor has it.

For shapes seen before, the recogniser takes about 0.6 times ONNX Runtime's time, in BF16 0.35 times; every new shape
first costs a kernel. INT8 (the recogniser quantised after training, measured with VNNI) takes 0.9 times BF16's time
and changes one character in five, so there is none.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from models.engines.artefacts import compiling, keyed_directory
from models.engines.base import LARGE_INPUT, EngineOptions, Precision, refuse_precision
from models.errors import EngineFailure, EngineUnavailable

_KERNELS_KEPT = 1000
"""Kernels kept for shapes seen before. Pages bring ever new widths: with OpenVINO's own 5000 a recogniser grows to
1.2 GiB after 400 of them, with 1000 to 0.6 GiB; new shapes cost the same, repeated ones up to 5 % more time."""

_KERNELS_KEPT_OF_FEW_SHAPES = 5000
"""Enough for the widths of ``tight`` padding, a hundred: with 1000, 19 pages took 8.0 instead of 5.9 s in BF16."""


class OpenVinoEngine:
    """One compiled model with one inference request.

    Args:
        compiled: the model.
        options: as it was compiled.
    """

    name = "openvino"
    batch_sizes: tuple[int, ...] = ()

    def __init__(self, compiled: ov.CompiledModel, options: EngineOptions) -> None:
        self._compiled = compiled
        self._options = options
        self._request: ov.InferRequest | None = compiled.create_infer_request()
        precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        self.device = ", ".join((*compiled.get_property("EXECUTION_DEVICES"), precision))

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self._request is None:
            raise EngineFailure("The OpenVINO model is closed.")
        try:
            with self._options.turn:
                self._request.infer([batch], share_inputs=True)
                output = np.asarray(self._request.get_output_tensor(0).data, np.float32)
                if batch.size > LARGE_INPUT and self._options.streams == 1:
                    # Within the turn, so that no twin computes: OpenVINO refuses to release what is in use.
                    output = output.copy()
                    self._compiled.release_memory()
        except Exception as error:  # the library raises its own C++ exceptions as plain RuntimeError
            raise EngineFailure(f"OpenVINO failed on a batch of shape {batch.shape}.") from error
        return output

    @property
    def input_names(self) -> tuple[str, ...]:
        """See `GraphEngine.input_names`."""
        return tuple(port.get_any_name() for port in self._compiled.inputs)

    def run_all(self, inputs: Mapping[str, NDArray[np.float32]]) -> tuple[NDArray[np.float32], ...]:
        """See `GraphEngine.run_all`."""
        if self._request is None:
            raise EngineFailure("The OpenVINO model is closed.")
        try:
            with self._options.turn:
                self._request.infer(dict(inputs), share_inputs=True)
                return tuple(np.array(tensor.data, np.float32) for tensor in self._request.output_tensors)
        except Exception as error:  # the library raises its own C++ exceptions as plain RuntimeError
            raise EngineFailure("OpenVINO failed on a model with several outputs.") from error

    def twin(self) -> "OpenVinoEngine":
        """See `Engine.twin`: while one request computes, the lane of the other reads its answer and fills its batch.

        With recognition on one lane more than there are streams, a page alone took 0.85 times as long.
        """
        return OpenVinoEngine(self._compiled, self._options)

    def close(self) -> None:
        """See `Engine.close`."""
        self._request = None


@cache
def _core() -> ov.Core:
    """OpenVINO's core, one a process: when the last one goes, it frees the signal stack of the thread that made it."""
    return ov.Core()


@cache
def _processor() -> tuple[str, tuple[str, ...]]:
    """Its name, and what it can compute with. Asked once: an answer takes OpenVINO several milliseconds."""
    core = _core()
    return core.get_property("CPU", "FULL_DEVICE_NAME"), tuple(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def open_model(directory: Path, options: EngineOptions) -> OpenVinoEngine:
    """Compile ``inference.onnx`` of a model directory for the CPU.

    Raises:
        EngineUnavailable: a device other than the CPU is asked for, or BF16 on one that has none, or FP16.
        EngineFailure: the file is not a model that OpenVINO can compile.
    """
    if options.device != "cpu":
        raise EngineUnavailable(f"Engine 'openvino' runs on the CPU only; device '{options.device}' was asked for.")
    refuse_precision("openvino", options, "f32", "bf16")
    properties: dict[str, object] = {
        "INFERENCE_PRECISION_HINT": _precision(options.precision),
        "NUM_STREAMS": str(options.streams),
        # Pinned, all models of few threads would be on the same first cores.
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": _KERNELS_KEPT_OF_FEW_SHAPES if options.few_shapes else _KERNELS_KEPT,
    }
    if options.threads:
        properties["INFERENCE_NUM_THREADS"] = options.threads
    model = directory / "inference.onnx"
    kept = _kept(model, options)
    if kept is not None:
        properties["CACHE_DIR"] = str(kept)
    try:
        with compiling(kept):
            compiled = _core().compile_model(model, "CPU", properties)
    except Exception as error:
        raise EngineFailure(f"OpenVINO cannot compile the model in {directory}: {error}") from error
    return OpenVinoEngine(compiled, options)


def _kept(model: Path, options: EngineOptions) -> Path | None:
    """Where the compiled model is kept: reading it takes a fifth of the time of compiling, and gives the same values.

    OpenVINO compiles again where a file there is damaged.
    """
    if options.artefacts is None or not model.is_file():
        return None
    name, capabilities = _processor()
    return keyed_directory(
        options.artefacts, model, "openvino", ov.get_version(), name, ",".join(capabilities), options.precision
    )


def _precision(wanted: Precision) -> str:
    """What OpenVINO is told to compute in: left to itself it takes BF16 where it can, changing a quarter of the texts.

    Raises:
        EngineUnavailable: BF16 is asked for and the processor has none (OpenVINO would silently take float32).
    """
    has_bf16 = "BF16" in _processor()[1]
    if wanted == "bf16" and not has_bf16:
        raise EngineUnavailable("This processor cannot compute in BF16; set engine.precision to f32.")
    return "bf16" if wanted != "f32" and has_bf16 else "f32"
