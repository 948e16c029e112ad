"""PyTorch as an engine like the others: the same ONNX files, normalised float32 batches in, the model's own output out.

For pages that stay on the device, see `models.engines.torch.session`.
"""

from math import prod
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.descriptions.model_directory import ONNX_FILE
from models.engines.base import DEVICE_BATCH_SIZES, EngineOptions, run_failure
from models.engines.torch.build import build_module
from models.engines.torch.compile import kernel_directory
from models.engines.torch.device import choose_dtype, choose_layout, device_title, open_device
from models.engines.torch.fuse import fused
from models.engines.torch.graphs import Tensors
from models.engines.torch.lane import open_lane
from models.engines.torch.reader import read_graph
from models.engines.torch.session import DETECTION_GRAPHS, Form, TorchModel, ready
from models.errors import EngineFailure, EngineUnavailable


class _HostNetwork(nn.Module):
    """A network between float32 batches, whatever it computes in."""

    def __init__(self, body: nn.Module, dtype: torch.dtype, layout: torch.memory_format) -> None:
        super().__init__()
        self._body = body
        self._dtype = dtype
        self._layout = layout

    def forward(self, batch: Tensor) -> Tensors:
        return (self._body(batch.to(self._dtype, memory_format=self._layout)).float(),)


class TorchEngine:
    """One network on a lane of its own.

    Args:
        model: takes and gives float32.
        device: see `Engine.device`.
        options: as it was opened.
    """

    name = "torch"

    def __init__(self, model: TorchModel, device: str, options: EngineOptions) -> None:
        self._model: TorchModel | None = model
        self._options = options
        self._on_cpu = model.lane.device.type == "cpu"
        self.device = device
        self.batch_sizes: tuple[int, ...] = () if self._on_cpu else DEVICE_BATCH_SIZES

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.run`."""
        if self._model is None:
            raise EngineFailure("The PyTorch model is closed.")
        try:
            with self._options.turn, self._model.lane.active():
                return self._answer(self._model, batch)
        except EngineFailure:
            raise
        except Exception as error:  # torch raises plain RuntimeError, and several others
            raise run_failure(f"PyTorch failed on a batch of shape {batch.shape}.", error) from error

    def twin(self) -> "TorchEngine | None":
        """See `Engine.twin`: on a GPU the same weights on another stream, as one copies while the other computes."""
        if self._model is None or self._on_cpu:
            return None
        twin = TorchEngine(self._model.on(open_lane(self._model.lane.device)), self.device, self._options)
        twin.prepare()
        return twin

    def prepare(self) -> None:
        """Capture the graphs of all batch shapes that are known. Does nothing on a CPU.

        Raises:
            EngineFailure: the device failed, or has no room for them.
        """
        if self._model is not None and not self._on_cpu:
            self._model.prepare(sorted(self._options.batch_shapes, key=prod, reverse=True))

    def close(self) -> None:
        """See `Engine.close`."""
        self._model = None

    def _answer(self, model: TorchModel, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        threads = self._options.threads
        if self._on_cpu and threads and torch.get_num_threads() != threads:
            torch.set_num_threads(threads)  # each thread of ours has its own number
        (output,) = model(torch.from_numpy(np.require(batch, requirements=("C", "W"))).to(model.lane.device))
        host: NDArray[np.float32] = output.cpu().numpy()
        return host


def open_model(directory: Path, options: EngineOptions) -> TorchEngine:
    """Open ``inference.onnx`` of a model directory.

    On a GPU the graphs of all batch shapes that are known are captured before this returns.

    Raises:
        EngineUnavailable: the device, or the precision on it, cannot be had; no other one is taken instead.
        EngineFailure: the file is not a model, or has operators that are not known here.
    """
    dtype = choose_dtype(options)
    if options.tensorrt:
        raise EngineUnavailable("Engine 'torch' has no TensorRT; set engine.tensorrt to false.")
    device = open_device(options.device, options.memory_share)
    network = _HostNetwork(build_module(fused(read_graph(directory / ONNX_FILE))), dtype, choose_layout(device, dtype))
    form = Form(dtype, kernel_directory(options))
    model = TorchModel(ready(network, device, form), open_lane(device), graphs=DETECTION_GRAPHS, dtype=torch.float32)
    engine = TorchEngine(model, device_title(device, dtype), options)
    engine.prepare()
    return engine
