"""OpenVINO on x86 CPUs: in float32, with the same texts as ONNX Runtime, or in BF16 if the processor has it.

For shapes seen before, the recogniser takes about 0.6 times ONNX Runtime's time, and 0.35 times in BF16. Every new
shape first needs a kernel. INT8 is not offered: the recogniser, quantised after training and measured with VNNI, takes
0.9 times BF16's time and changes one character in five.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray

from models.engines.artefacts import keyed_directory, verified
from models.engines.base import LARGE_INPUT, EngineOptions, Precision, refuse_precision
from models.errors import EngineFailure, EngineUnavailable

_KERNELS_KEPT = 1000
"""Kernels kept for shapes seen before. Pages bring new widths all the time: after 400 pages, a recogniser grows to 1.2
GiB with OpenVINO's default of 5000, and to 0.6 GiB with 1000. New shapes take the same time, repeated ones up to 5 %
more."""

_KERNELS_KEPT_OF_FEW_SHAPES = 5000
"""Enough for the hundred widths of ``tight`` padding. With 1000, 19 pages took 8.0 instead of 5.9 s in BF16."""


class OpenVinoEngine:
    """One compiled model with one inference request.

    Args:
        compiled: the model.
        options: the options that it was compiled with.
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
            with self._options.permit:
                self._request.infer([batch], share_inputs=True)
                output = np.asarray(self._request.get_output_tensor(0).data, np.float32)
                if batch.size > LARGE_INPUT and self._options.streams == 1:
                    # The permit is held, so no twin computes. OpenVINO refuses to release memory that is in use.
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
            with self._options.permit:
                self._request.infer(dict(inputs), share_inputs=True)
                return tuple(np.array(tensor.data, np.float32) for tensor in self._request.output_tensors)
        except Exception as error:  # the library raises its own C++ exceptions as plain RuntimeError
            raise EngineFailure("OpenVINO failed on a model with several outputs.") from error

    def twin(self) -> "OpenVinoEngine":
        """See `Engine.twin`. While one request computes, the other's lane reads its output and fills its next batch.

        With one recognition lane more than streams, a single page took 0.85 times as long.
        """
        return OpenVinoEngine(self._compiled, self._options)

    def close(self) -> None:
        """See `Engine.close`."""
        self._request = None


@cache
def _core() -> ov.Core:
    """OpenVINO's core. A process keeps one for ever: the end of the last core frees the signal stack of its thread."""
    return ov.Core()


@cache
def _processor() -> tuple[str, tuple[str, ...]]:
    """The processor's name and capabilities. They are cached, because OpenVINO takes several milliseconds for them."""
    core = _core()
    return core.get_property("CPU", "FULL_DEVICE_NAME"), tuple(core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def open_model(directory: Path, options: EngineOptions) -> OpenVinoEngine:
    """Compile ``inference.onnx`` of a model directory for the CPU.

    Raises:
        EngineUnavailable: the options name another device than the CPU, FP16, or BF16 on a processor without it.
        EngineFailure: the file is not a model that OpenVINO can compile.
    """
    if options.device != "cpu":
        raise EngineUnavailable(f"Engine 'openvino' runs on the CPU only; device '{options.device}' was asked for.")
    refuse_precision("openvino", options, "f32", "bf16")
    properties: dict[str, object] = {
        "INFERENCE_PRECISION_HINT": _precision(options.precision),
        "NUM_STREAMS": str(options.streams),
        # With pinning, all models with few threads would run on the same first cores.
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": _KERNELS_KEPT_OF_FEW_SHAPES if options.few_shapes else _KERNELS_KEPT,
    }
    if options.threads:
        properties["INFERENCE_NUM_THREADS"] = options.threads
    model = directory / "inference.onnx"
    try:
        with verified(_kept(model, options)) as kept:
            if kept is not None:
                properties["CACHE_DIR"] = str(kept)
            compiled = _core().compile_model(model, "CPU", properties)
    except Exception as error:
        raise EngineFailure(f"OpenVINO cannot compile the model in {directory}: {error}") from error
    return OpenVinoEngine(compiled, options)


def _kept(model: Path, options: EngineOptions) -> Path | None:
    """The directory that keeps the compiled model. Reading it takes a fifth of the time of compiling it.

    The outputs are the same. OpenVINO itself notices damage only in some parts of a file.
    """
    if options.artefacts is None or not model.is_file():
        return None
    name, capabilities = _processor()
    return keyed_directory(
        options.artefacts, model, "openvino", ov.get_version(), name, ",".join(capabilities), options.precision
    )


def _precision(wanted: Precision) -> str:
    """The precision that OpenVINO is told. By default it takes BF16 if it can, which changes a quarter of the texts.

    Raises:
        EngineUnavailable: BF16 is wanted and the processor has none. OpenVINO would silently take float32.
    """
    has_bf16 = "BF16" in _processor()[1]
    if wanted == "bf16" and not has_bf16:
        raise EngineUnavailable("This processor cannot compute in BF16; set engine.precision to f32.")
    return "bf16" if wanted != "f32" and has_bf16 else "f32"
