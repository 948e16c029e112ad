"""This describes the machine: versions, the card, and packages that are missing."""

import platform
from importlib.metadata import PackageNotFoundError, version

import torch

from benchmarks.gpu.first_light.packages import CARRIED, EXPECTED
from benchmarks.gpu.first_light.report import first_line, say
from benchmarks.machine import made_with


def describe() -> None:
    """Print what is known without a card."""
    for name, value in made_with().items():
        say(f"{name}: {value}")
    say(f"torch: {torch.__version__}, built for CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}")
    say(f"kernel: {platform.release()}")
    missing = [name for name in (*EXPECTED, *CARRIED) if not _installed(name)]
    say(f"missing packages: {', '.join(missing) or 'none'}")


def describe_card(device: torch.device) -> None:
    """Print what PyTorch knows of a card."""
    free, total = torch.cuda.mem_get_info(device)
    say(f"card: {torch.cuda.get_device_properties(device)}")
    say(f"memory: {free / 1e9:.1f} GB of {total / 1e9:.1f} GB are free")
    say(f"this PyTorch has kernels for: {', '.join(torch.cuda.get_arch_list())}")


def refusal() -> str:
    """Return PyTorch's reason where CUDA does not start; empty where it starts."""
    try:
        torch.cuda.init()
    except (RuntimeError, AssertionError) as error:  # the latter from a PyTorch without CUDA
        return first_line(error)
    return ""


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
