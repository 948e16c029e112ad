"""The networks of the torch engine on batches of the host, so that all engines can be given the very same ones."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.descriptions.model_directory import ONNX_FILE
from models.engines.base import EngineOptions
from models.engines.torch.build import build_module
from models.engines.torch.device import choose_dtype, device_title, open_device
from models.engines.torch.fuse import fused
from models.engines.torch.reader import read_graph
from models.engines.torch.session import Form, ready


class BatchEngine:
    """A network between float32 batches, whatever it computes in. See `models.engines.base.Engine`."""

    name = "torch"
    batch_sizes: tuple[int, ...] = ()

    def __init__(self, directory: Path, options: EngineOptions) -> None:
        self._threads = options.threads
        self._dtype = choose_dtype(options)
        self._device = open_device(options.device, options.memory_share)
        network = build_module(fused(read_graph(directory / ONNX_FILE)))
        self._network = ready(network, self._device, Form(self._dtype))
        self.device = device_title(self._device, self._dtype)

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's output for a float32 batch, as float32."""
        if self._threads:
            torch.set_num_threads(self._threads)
        given = torch.from_numpy(np.require(batch, requirements=("C", "W"))).to(self._device, self._dtype)
        with torch.inference_mode():
            answer: NDArray[np.float32] = self._network(given).float().cpu().numpy()
        return answer

    def twin(self) -> None:
        """None: batches run one after the other."""

    def close(self) -> None:
        """Nothing to release."""
