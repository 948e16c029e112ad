"""Makes the configuration of a Paddle predictor: device, precision and TensorRT.

Options that this build of Paddle cannot fulfil are refused.
"""

import os
from pathlib import Path

import paddle
from paddle import inference

from models.descriptions.model_directory import PADDLE_PARAMETERS, weights_file
from models.engines.base import EngineOptions, refuse_precision
from models.engines.paddle_tensorrt import compile_with_tensorrt, refuse_without_tensorrt
from models.errors import EngineUnavailable
from models.machine import find_gpu

_FIRST_GPU_POOL_MIB = 100
"""Paddle's pool starts with this much GPU memory, and grows."""


def configure(directory: Path, options: EngineOptions) -> tuple[inference.Config, str]:
    """Make the configuration of a predictor.

    Args:
        directory: holds ``inference.json`` or ``inference.pdmodel``, and ``inference.pdiparams``.
        options: the wanted device and precision, and TensorRT.

    Returns:
        The configuration, and the device that will execute the model, for people.

    Raises:
        EngineUnavailable: this build of Paddle, or the device, cannot do what the options want.
        EngineFailure: TensorRT cannot compile the model.
    """
    graph, parameters = weights_file(directory, "paddle"), directory / PADDLE_PARAMETERS
    if options.device == "cpu":
        return _on_cpu(graph, parameters, options), "cpu"
    refuse_precision("paddle", options, "f32", "fp16")
    _refuse_cpu_build(options.device)
    with_tensorrt = options.tensorrt and bool(options.batch_shapes)
    if with_tensorrt:
        refuse_without_tensorrt(graph, options.device)
    gpu = find_gpu(options.device)
    if with_tensorrt:
        graph, parameters = compile_with_tensorrt(graph, parameters, gpu, options)
    half = options.precision != "f32"
    # A graph that TensorRT compiled has its precision inside.
    config = on_gpu(graph, parameters, gpu.index, half=half and not with_tensorrt)
    precision = "fp16" if half else "f32"
    return config, f"{options.device} ({gpu.name}), {'TensorRT ' if with_tensorrt else ''}{precision}"


def _on_cpu(graph: Path, parameters: Path, options: EngineOptions) -> inference.Config:
    refuse_precision("paddle", options, "f32")
    if options.tensorrt:
        raise EngineUnavailable("engine.tensorrt needs a GPU (device: gpu:N).")
    config = _common(graph, parameters)
    config.disable_gpu()
    config.set_cpu_math_library_num_threads(options.threads or os.cpu_count() or 1)
    return config


def on_gpu(graph: Path, parameters: Path, index: int, *, half: bool) -> inference.Config:
    """The configuration of a predictor on one card, in float32 or float16.

    Raises:
        EngineUnavailable: Paddle did not take the card.
    """
    config = _common(graph, parameters)
    # The input and the output stay float32.
    config.exp_disable_mixed_precision_ops({"feed", "fetch"})
    precision = inference.PrecisionType.Half if half else inference.PrecisionType.Float32
    config.enable_use_gpu(_FIRST_GPU_POOL_MIB, index, precision)
    if not config.use_gpu() or config.gpu_device_id() != index:
        raise EngineUnavailable(f"Paddle did not take device 'gpu:{index}'.")
    return config


def _common(graph: Path, parameters: Path) -> inference.Config:
    config = inference.Config(str(graph), str(parameters))
    config.disable_mkldnn()
    config.disable_glog_info()
    config.enable_new_ir(True)  # noqa: FBT003 - the library takes no keyword
    config.enable_new_executor()
    config.set_optimization_level(3)
    config.enable_memory_optim()
    return config


def _refuse_cpu_build(device: str) -> None:
    if not paddle.is_compiled_with_cuda():
        raise EngineUnavailable(
            f"Device '{device}' needs paddlepaddle-gpu; the paddlepaddle {paddle.__version__} that is installed was "
            "built for the CPU only. GPU wheels of version 3 are in Paddle's own package index, not in PyPI."
        )
