"""The device and the precision that a configuration asks for, as torch knows them; or the reason why not."""

import torch

from models.engines.base import EngineOptions, refuse_precision
from models.errors import EngineUnavailable
from models.machine import find_gpu


def open_device(name: str, memory_share: float = 1.0) -> torch.device:
    """The device of a name: ``cpu``, or ``gpu:N``.

    Args:
        name: of the device.
        memory_share: see `EngineOptions`; torch gives up on a batch that would need more, as if the card were full.

    Raises:
        EngineUnavailable: it is another name, or this torch cannot use that GPU. No other device is taken instead.
    """
    if name == "cpu":
        return torch.device("cpu")
    gpu = find_gpu(name)
    if torch.version.cuda is None:
        raise EngineUnavailable(f"Device '{name}' needs a PyTorch with CUDA; {torch.__version__} is for the CPU only.")
    if gpu.index >= torch.cuda.device_count():
        raise EngineUnavailable(
            f"Device '{name}' cannot be used: PyTorch {torch.__version__} (CUDA {torch.version.cuda}) does not see it. "
            "Its driver may be too old for this PyTorch."
        )
    # Float32 means float32: cuDNN would otherwise round the inputs of convolutions to 10 bits.
    torch.backends.cudnn.allow_tf32 = False
    if memory_share < 1:
        torch.cuda.set_per_process_memory_fraction(memory_share, gpu.index)
    return torch.device("cuda", gpu.index)


def device_title(device: torch.device, dtype: torch.dtype) -> str:
    """Device and precision for people."""
    precision = "fp16" if dtype == torch.float16 else "f32"
    if device.type == "cpu":
        return f"cpu, {precision}"
    return f"gpu:{device.index} ({torch.cuda.get_device_name(device)}), {precision}"


def choose_dtype(options: EngineOptions) -> torch.dtype:
    """The type that a network computes in. ``fast`` is float16 on a GPU and float32 on a CPU, which emulates float16.

    Raises:
        EngineUnavailable: bfloat16 is asked for. Six golden pages' masks of text overlap float32's by 0.88 to 0.99 in
            bfloat16, by 0.98 to 1.00 in float16.
    """
    refuse_precision("torch", options, "f32", "fp16")
    half = options.precision == "fp16" or (options.precision == "fast" and options.device != "cpu")
    return torch.float16 if half else torch.float32


def choose_layout(device: torch.device, dtype: torch.dtype) -> torch.memory_format:
    """How feature maps lie in memory: in float16 on a GPU channels last, as its tensor cores take them.

    cuDNN would otherwise turn the maps around before and after most convolutions, and these networks spend their time
    on moving maps.
    """
    on_tensor_cores = device.type == "cuda" and dtype == torch.float16
    return torch.channels_last if on_tensor_cores else torch.contiguous_format
