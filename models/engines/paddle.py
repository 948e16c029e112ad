"""Paddle Inference in float32: runs Paddle's own model directories as they are, on the CPU or an NVIDIA GPU.

oneDNN stays off on the CPU. It makes recognisers and classifiers 2 to 6 times faster, but in Paddle 3.3 every graph
that enlarges (DB detection, UVDoc) fails at its first run with it, and it keeps prepared weights for each new input
width (1 GB after 13 widths of the server recogniser). Where speed on a CPU matters, use the ONNX form of a model.
"""

import os
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.engines.base import DEVICE_BATCH_SIZES, EngineOptions, refuse_bf16
from models.engines.signal_guard import kept_signal_handlers
from models.errors import EngineFailure, EngineUnavailable
from models.model_directory import PADDLE_PARAMETERS, weights_file

# Paddle installs handlers of its own that end the process at SIGTERM, so the server could not finish its requests; and
# it warns about a missing compiler cache, which inference never uses.
with kept_signal_handlers(), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import paddle
    from paddle import inference

_FIRST_GPU_POOL_MIB = 100
"""Paddle's pool starts with this much GPU memory and grows."""


class PaddleEngine:
    """One Paddle predictor."""

    name = "paddle"

    def __init__(self, predictor: inference.Predictor, device: str) -> None:
        self._predictor: inference.Predictor | None = predictor
        self._input = predictor.get_input_handle(predictor.get_input_names()[0])
        self._output = predictor.get_output_names()[0]
        self.device = device
        self.batch_sizes: tuple[int, ...] = () if device == "cpu" else DEVICE_BATCH_SIZES

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self._predictor is None:
            raise EngineFailure("The Paddle predictor is closed.")
        try:
            self._input.copy_from_cpu(batch)
            self._predictor.run()
            output = self._predictor.get_output_handle(self._output).copy_to_cpu()
        except Exception as error:  # the library raises its own C++ exceptions as several plain classes
            raise EngineFailure(f"Paddle failed on a batch of shape {batch.shape}.") from error
        return np.asarray(output, np.float32)

    def twin(self) -> None:
        """See `Engine.twin`: a predictor belongs to one thread."""

    def close(self) -> None:
        """See `Engine.close`."""
        self._predictor = None
        self._input = None


def open_model(directory: Path, options: EngineOptions) -> PaddleEngine:
    """Open ``inference.json`` (older: ``inference.pdmodel``) with ``inference.pdiparams``.

    Raises:
        EngineUnavailable: Paddle cannot use the device, or was built for the CPU only; or BF16 is asked for.
        EngineFailure: the files are not a model that Paddle can load.
    """
    refuse_bf16("paddle", options)
    config = inference.Config(str(weights_file(directory, "paddle")), str(directory / PADDLE_PARAMETERS))
    device = _choose_device(config, options)
    config.disable_glog_info()
    config.enable_new_ir(True)  # noqa: FBT003 - the library takes no keyword
    config.enable_new_executor()
    config.set_optimization_level(3)
    config.enable_memory_optim()
    try:
        with kept_signal_handlers():
            predictor = inference.create_predictor(config)
    except Exception as error:
        raise EngineFailure(f"Paddle cannot load the model in {directory}: {error}") from error
    return PaddleEngine(predictor, device)


def _choose_device(config: inference.Config, options: EngineOptions) -> str:
    """Set the device and say what Paddle made of it."""
    config.disable_mkldnn()
    if options.device == "cpu":
        config.disable_gpu()
        config.set_cpu_math_library_num_threads(options.threads or os.cpu_count() or 1)
        return "cpu"
    index = _gpu_index(options.device)
    config.enable_use_gpu(_FIRST_GPU_POOL_MIB, index, inference.PrecisionType.Float32)
    if not config.use_gpu():
        raise EngineUnavailable(f"Paddle did not take device '{options.device}'.")
    return f"gpu:{config.gpu_device_id()} ({paddle.device.cuda.get_device_name(index)})"


def _gpu_index(device: str) -> int:
    kind, _, number = device.partition(":")
    if kind != "gpu" or not number.isdecimal():
        raise EngineUnavailable(f"Engine 'paddle' knows the devices 'cpu' and 'gpu:N', not '{device}'.")
    if not paddle.is_compiled_with_cuda():
        raise EngineUnavailable(f"Device '{device}' needs paddlepaddle-gpu; this Paddle was built for the CPU only.")
    count: int = paddle.device.cuda.device_count()
    if int(number) >= count:
        raise EngineUnavailable(f"Device '{device}' does not exist; Paddle sees {count} GPUs.")
    return int(number)
