"""PyTorch's compiler: it joins chains of small operations to single kernels for this device.

One compilation serves all shapes. It takes minutes at the first start. The kernels are kept under keys of the network,
the device and all versions, so the next start finds them.
"""

import os
from pathlib import Path

import torch
from torch import nn

from models.engines.base import EngineOptions
from models.engines.torch.graphs import Function
from models.errors import EngineUnavailable

_FOLDER = "torch"
"""The folder for kernels in the directory of all artefacts."""

_KEPT_IN = "TORCHINDUCTOR_CACHE_DIR"
"""The variable that names the compiler's directory."""


def compiled(network: nn.Module, kernels: Path) -> Function:
    """A network that is compiled at its first run.

    Args:
        network: on its device.
        kernels: the folder for the compiler's results. A process has only one.
    """
    os.environ[_KEPT_IN] = str(kernels)
    function: Function = torch.compile(network, dynamic=True)
    return function


def kernel_directory(options: EngineOptions) -> Path | None:
    """The folder for the kernels of an engine; None if its options want no compiler.

    Raises:
        EngineUnavailable: the options name no directory for artefacts.
    """
    if not options.torch_compile:
        return None
    if options.artefacts is None:
        raise EngineUnavailable("engine.torch_compile needs a place for compiled models.")
    return options.artefacts / _FOLDER
