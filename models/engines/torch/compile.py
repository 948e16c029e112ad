"""PyTorch's compiler: chains of small operations of a network become single kernels, made for this device.

One compilation serves all shapes. It takes minutes at the first start; its kernels are kept, under keys that hold the
network, the device and all versions, so the next start finds them.
"""

import os
from pathlib import Path

import torch
from torch import nn

from models.engines.base import EngineOptions
from models.engines.torch.graphs import Function
from models.errors import EngineUnavailable

_FOLDER = "torch"
"""In the directory of all that engines compile."""

_KEPT_IN = "TORCHINDUCTOR_CACHE_DIR"
"""The variable by which the compiler is told where to keep what it makes."""


def compiled(network: nn.Module, kernels: Path) -> Function:
    """A network that is compiled when it first runs.

    Args:
        network: on its device.
        kernels: a folder for what the compiler makes. It is this process's only one.
    """
    os.environ[_KEPT_IN] = str(kernels)
    function: Function = torch.compile(network, dynamic=True)
    return function


def kernel_directory(options: EngineOptions) -> Path | None:
    """Where the kernels go that an engine's options ask for; None where they ask for none.

    Raises:
        EngineUnavailable: there is no place for them.
    """
    if not options.torch_compile:
        return None
    if options.artefacts is None:
        raise EngineUnavailable("engine.torch_compile needs a place for compiled models.")
    return options.artefacts / _FOLDER
