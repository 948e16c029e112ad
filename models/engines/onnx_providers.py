"""Options of ONNX Runtime's providers for NVIDIA GPUs, each with its reason."""

from pathlib import Path

from models.engines.base import EngineOptions
from models.engines.tensorrt import profile
from models.machine import Gpu

CUDA, TENSORRT = "CUDAExecutionProvider", "TensorrtExecutionProvider"


def cuda_options(gpu: Gpu, options: EngineOptions) -> dict[str, str]:
    """Options of the CUDA provider (https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html).

    - ``cudnn_conv_algo_search``: none of its values times anything with cuDNN 9. HEURISTIC and EXHAUSTIVE are cuDNN's
      heuristics A and B; B takes longer to answer, and what it gains was not measured here. DEFAULT is the fallback,
      which can be fifty times slower (https://github.com/PaddlePaddle/PaddleOCR/pull/17970).
    - ``arena_extend_strategy``: the default doubles, which with pages of many sizes claims memory that is never used.
    - ``use_tf32``: on by default from Ampere on, and then float32 is not float32: its texts differ.
    """
    return {
        "device_id": str(gpu.index),
        "cudnn_conv_algo_search": "HEURISTIC",
        "arena_extend_strategy": "kSameAsRequested",
        "use_tf32": "0" if options.precision == "f32" else "1",
    }


def tensorrt_options(gpu: Gpu, options: EngineOptions, name: str, kept: Path | None) -> dict[str, str]:
    """Options of the TensorRT provider (https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html).

    Models whose shapes are not known have no profile and stay on the CUDA provider.

    Args:
        gpu: the card.
        options: the shapes and the precision.
        name: of the model's input.
        kept: where compiled engines and measured kernel times are kept; None keeps none.
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
