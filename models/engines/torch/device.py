"""Finds the device and the precision of a configuration in torch, or gives the reason why they are not available."""

import torch

from models.engines.base import EngineOptions, refuse_precision
from models.errors import EngineUnavailable
from models.machine import Gpu, find_gpu

_BROKEN_GRAPHS = range(12, 15)
"""The minor versions of PyTorch 2 whose graphs may replay into freed memory. When one graph of a stream is destroyed,
they free the workspace of cuBLAS that the other graphs of the stream were captured with."""


def open_device(name: str, memory_share: float = 1.0) -> torch.device:
    """Open a device by its name.

    Args:
        name: ``cpu``, or ``gpu:N``.
        memory_share: see `EngineOptions`. A batch that needs more fails, as if the card were full.

    Raises:
        EngineUnavailable: the name is another one, or torch cannot use that GPU. No other device is taken instead.
    """
    if name == "cpu":
        return torch.device("cpu")
    gpu = find_gpu(name)
    _start_cuda(name, gpu)
    if gpu.index >= torch.cuda.device_count():
        raise EngineUnavailable(
            f"Device '{name}' cannot be used: PyTorch {torch.__version__} (CUDA {torch.version.cuda}) does not see it. "
            "CUDA_VISIBLE_DEVICES says which GPUs this process may use."
        )
    # Without this, cuDNN would round the float32 inputs of convolutions to 10 bits.
    torch.backends.cudnn.allow_tf32 = False
    if memory_share < 1:
        torch.cuda.set_per_process_memory_fraction(memory_share, gpu.index)
    return torch.device("cuda", gpu.index)


def _start_cuda(name: str, gpu: Gpu) -> None:
    """Start CUDA in this process.

    Until then, PyTorch counts GPUs without CUDA. So it also counts those whose driver it cannot use.

    Raises:
        EngineUnavailable: this PyTorch cannot use the GPU, or must not.
    """
    version, cuda = torch.__version__, torch.version.cuda
    if cuda is None:
        raise EngineUnavailable(f"Device '{name}' needs a PyTorch with CUDA; {version} is for the CPU only.")
    major, minor = (int(number) for number in version.split(".")[:2])
    if major == 2 and minor in _BROKEN_GRAPHS:
        raise EngineUnavailable(
            f"Device '{name}' cannot be used with PyTorch {version}: the graphs of 2.12 to 2.14 may read freed memory. "
            "Install PyTorch 2.9 to 2.11, or 2.15 or newer."
        )
    # A driver runs every CUDA of its own major version, and all older ones.
    wanted = int(cuda.split(".")[0])
    if gpu.driver // 1000 < wanted:
        runs = f"{gpu.driver // 1000}.{gpu.driver % 1000 // 10}"
        raise EngineUnavailable(
            f"Device '{name}' has a driver for CUDA {runs}, which is too old for PyTorch {version} with CUDA {cuda}. "
            f"Install a driver for CUDA {wanted} or newer, or a PyTorch with CUDA {gpu.driver // 1000}."
        )
    try:
        torch.cuda.init()  # type: ignore[no-untyped-call]
    except Exception as error:  # torch raises plain RuntimeError, and several others
        raise EngineUnavailable(f"Device '{name}' cannot be used: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    """The first line of the library's own words. No document is read yet, so they hold nothing of one."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def device_title(device: torch.device, dtype: torch.dtype) -> str:
    """The device and the precision, for people."""
    precision = "fp16" if dtype == torch.float16 else "f32"
    if device.type == "cpu":
        return f"cpu, {precision}"
    return f"gpu:{device.index} ({torch.cuda.get_device_name(device)}), {precision}"


def choose_dtype(options: EngineOptions) -> torch.dtype:
    """The type that a network computes in. ``fast`` is float16 on a GPU and float32 on a CPU, which emulates float16.

    Raises:
        EngineUnavailable: bfloat16 is wanted. On six golden pages, its text masks overlap those of float32 by 0.88 to
            0.99; those of float16 overlap by 0.98 to 1.00.
    """
    refuse_precision("torch", options, "f32", "fp16")
    half = options.precision == "fp16" or (options.precision == "fast" and options.device != "cpu")
    return torch.float16 if half else torch.float32


def choose_layout(device: torch.device, dtype: torch.dtype) -> torch.memory_format:
    """The memory layout of feature maps. In float16 on a GPU it is channels last, as its tensor cores need it.

    With another layout, cuDNN would reorder the maps before and after most convolutions. These networks spend most of
    their time on moving maps.
    """
    on_tensor_cores = device.type == "cuda" and dtype == torch.float16
    return torch.channels_last if on_tensor_cores else torch.contiguous_format
