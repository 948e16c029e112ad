"""Tells what a failure of PyTorch means: no memory for a batch, a device that is lost, or a batch that cannot run."""

import torch

from models.engines.base import run_failure
from models.engines.library_words import log_once
from models.errors import DeviceLost, EngineFailure, OutOfDeviceMemory

_LITTLE_MEMORY = 256 << 20
"""Free bytes of a GPU below which a library that cannot start has no memory. Its handle and workspace take as much."""

_CANNOT_START = ("status_not_initialized", "unable to find an engine")
"""Words of cuBLAS and cuDNN where they cannot allocate what they need. They also have other reasons for them."""


def device_failure(message: str, error: Exception, device: torch.device) -> EngineFailure:
    """The failure of work on a device. The library's own words go to the log.

    Args:
        message: for the caller.
        error: what PyTorch raised.
        device: where the work ran. A GPU is asked whether it still answers.

    Returns:
        OutOfDeviceMemory: the device had no room.
        DeviceLost: the device answers nothing any more.
        EngineFailure: anything else.
    """
    if isinstance(error, EngineFailure):
        return error
    log_once(error)
    failure = run_failure(message, error)
    if device.type == "cpu" or isinstance(failure, OutOfDeviceMemory):
        return failure
    try:
        torch.zeros(1, device=device).cpu()
        free, _ = torch.cuda.mem_get_info(device)
    except RuntimeError as silence:
        log_once(silence)
        unanswered = run_failure(message, silence)
        if isinstance(unanswered, OutOfDeviceMemory):
            return unanswered
        return DeviceLost("The GPU answers nothing any more in this process. The log has its last words.")
    cannot_start = any(words in str(error).lower() for words in _CANNOT_START)
    return OutOfDeviceMemory(message) if cannot_start and free < _LITTLE_MEMORY else failure
