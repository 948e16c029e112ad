"""The options of ONNX Runtime's providers for NVIDIA GPUs, each with its reason."""

from pathlib import Path

from models.engines.base import EngineOptions
from models.engines.tensorrt import profile
from models.machine import Gpu

CUDA, TENSORRT = "CUDAExecutionProvider", "TensorrtExecutionProvider"


def cuda_options(gpu: Gpu, options: EngineOptions) -> dict[str, str]:
    """The options of the CUDA provider (https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html).

    - ``cudnn_conv_algo_search``: with cuDNN 9, no value measures anything. HEURISTIC and EXHAUSTIVE are cuDNN's
      heuristics A and B. B takes longer; its gain was not measured here. DEFAULT is cuDNN's fallback. It can be fifty
      times slower (https://github.com/PaddlePaddle/PaddleOCR/pull/17970).
    - ``arena_extend_strategy``: the default doubles the memory. With pages of many sizes, most of it is never used.
    - ``use_tf32``: it is on by default from Ampere on. Then float32 is not really float32, and texts differ.
    """
    return {
        "device_id": str(gpu.index),
        "cudnn_conv_algo_search": "HEURISTIC",
        "arena_extend_strategy": "kSameAsRequested",
        "use_tf32": "0" if options.precision == "f32" else "1",
    }


def tensorrt_options(gpu: Gpu, options: EngineOptions, name: str, kept: Path | None) -> dict[str, str]:
    """Options of the TensorRT provider (https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html).

    A model with unknown shapes has no profile and stays on the CUDA provider.

    Args:
        gpu: the card.
        options: the shapes and the precision.
        name: the name of the model's input.
        kept: a directory for compiled engines and measured kernel times; None keeps none.
    """
    least, usual, greatest = ("x".join(map(str, shape)) for shape in profile(options.batch_shapes))
    chosen = {
        "device_id": str(gpu.index),
        "trt_fp16_enable": "0" if options.precision == "f32" else "1",
        "trt_profile_min_shapes": f"{name}:{least}",
        "trt_profile_opt_shapes": f"{name}:{usual}",
        "trt_profile_max_shapes": f"{name}:{greatest}",
    }
    if kept is None:
        return chosen
    caches = {"trt_engine_cache_path": str(kept), "trt_timing_cache_path": str(kept)}
    return {**chosen, "trt_engine_cache_enable": "1", "trt_timing_cache_enable": "1", **caches}
