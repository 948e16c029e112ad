"""Uploads arrays of the host to a device. On a GPU they go through page-locked memory, so the copy blocks no thread."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def to_device(array: NDArray[Any], device: torch.device) -> Tensor:
    """Queue the upload of an array of any layout. The array may be changed as soon as this returns."""
    dtype = torch.from_numpy(np.empty(0, array.dtype)).dtype
    staged = torch.empty(array.shape, dtype=dtype, pin_memory=device.type == "cuda")
    np.copyto(staged.numpy(), array)
    return staged.to(device, non_blocking=True)
