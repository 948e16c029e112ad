"""Models that take and give tensors of their device, for pages that stay on it from upload to text.

A network is a model's weights on a device. It also prepares its input and reads its output:

- text detector: uint8 (N, 3, H, W), sides multiples of 32 px -> one map float32 (N, H, W), the probability that a pixel
  is text.
- recogniser: uint8 (N, 3, 48, W), each line's picture at the left, the rest `PADDING_LEVEL` -> best class int32 (N, T)
  and its probability float32 (N, T), T about W / 8.
- classifier: uint8 (N, 3, H, W) at the size of its description -> logits float32 (N, C).
- unwarping: uint8 (N, 3, H, W) -> the unwarped pages, uint8 (N, 3, H, W).

All networks take BGR pictures, even if the model was trained with another order. Values are levels 0..255 as in a
picture, in uint8 or a floating type, which is always the same for a model. The network normalises them.

A `TorchModel` is a network on a lane. Its lane's thread calls it inside ``with lane.active():``. The call queues work
and returns; it does not wait for the device. The result is valid for work that is queued on the same lane before the
lane's next call of a model, because the graphs of a lane share their memory. `readback.ReadbackRing` copies it to the
host.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from models.descriptions.model_directory import ModelDirectory
from models.engines.torch.compile import compiled
from models.engines.torch.device import choose_layout
from models.engines.torch.failure import device_failure
from models.engines.torch.graphs import Function, ShapeGraphs, Tensors
from models.engines.torch.lane import Lane
from models.engines.torch.networks import (
    classifier_network,
    detector_network,
    recogniser_network,
    unwarping_network,
)
from models.errors import EngineFailure

PADDING_LEVEL = 127
"""The level at the right of a line's picture: the nearest one to 0 after the recogniser's normalisation."""

DETECTION_GRAPHS = 16
"""Detection shapes that keep a graph. A graph holds its pages and its map. The graphs of a lane share activations."""


class TorchModel:
    """A network on a lane. It runs batches, with captured graphs for shapes that come again.

    Args:
        network: the weights on the lane's device, see `ready`. Several models may share them.
        lane: the lane that it runs on.
        graphs: number of shapes that keep a graph, besides the prepared ones.
        dtype: type of the batches, also for the captures of `prepare`.
    """

    def __init__(self, network: Function, lane: Lane, *, graphs: int = 0, dtype: torch.dtype = torch.uint8) -> None:
        self.lane = lane
        self._network = network
        self._kept = graphs
        self._dtype = dtype
        self._graphs = ShapeGraphs(network, lane.capture, graphs)

    def __call__(self, batch: Tensor) -> Tensors:
        """Queue one batch. Only to be called inside ``lane.active()``. The module describes inputs and outputs.

        Raises:
            EngineFailure: the network cannot take this batch, or the device failed.
            OutOfDeviceMemory: the device has no room for the batch.
            DeviceLost: the device answers nothing any more.
        """
        try:
            return self._graphs(batch)
        except EngineFailure:
            raise
        except Exception as error:  # torch raises plain RuntimeError, and several others
            raise self._failure(f"PyTorch failed on a batch of shape {tuple(batch.shape)}.", error) from error

    def prepare(self, shapes: Iterable[Sequence[int]]) -> None:
        """Capture the graphs of batch shapes and keep them for ever. Call it before the lane's first batch.

        Args:
            shapes: (N, 3, H, W) of whole batches. The largest should come first, so that the others share their memory.

        Raises:
            EngineFailure: see `__call__`.
        """
        with self.lane.active():
            for shape in shapes:
                try:
                    self._graphs.prepare(self._blank(shape))
                except Exception as error:
                    raise self._failure(f"PyTorch cannot prepare batches of shape {tuple(shape)}.", error) from error

    def warm_up(self, shapes: Iterable[Sequence[int]]) -> None:
        """Run a blank batch of each shape and wait. So the libraries do their first work before the first request.

        Args:
            shapes: (N, 3, H, W) of whole batches.

        Raises:
            EngineFailure: see `__call__`.
        """
        for shape in shapes:
            try:
                with self.lane.active():
                    self._network(self._blank(shape))
                    done = self.lane.mark()
                done()
            except Exception as error:
                raise self._failure(f"PyTorch cannot run batches of shape {tuple(shape)}.", error) from error

    def on(self, lane: Lane) -> "TorchModel":
        """A model with the same weights on another lane of the same device, with its own graphs."""
        return TorchModel(self._network, lane, graphs=self._kept, dtype=self._dtype)

    def _failure(self, message: str, error: Exception) -> EngineFailure:
        return device_failure(message, error, self.lane.device)

    def _blank(self, shape: Sequence[int]) -> Tensor:
        return torch.zeros(tuple(shape), dtype=self._dtype, device=self.lane.device)


@dataclass(frozen=True, slots=True)
class Form:
    """The form in which a network runs.

    Attributes:
        dtype: the type that it computes in: float32 or float16.
        kernels: the directory of the kernels that PyTorch's compiler makes; None runs PyTorch's own kernels.
    """

    dtype: torch.dtype
    kernels: Path | None = None


def open_detector(directory: ModelDirectory, lane: Lane, form: Form) -> TorchModel:
    """A text detector on a lane. Shapes get graphs when they come again.

    Args:
        directory: the model.
        lane: the lane that it runs on.
        form: the form in which it runs.

    Raises:
        InvalidModelDirectory: the directory describes something else.
        EngineFailure: torch cannot run its network.
    """
    layout = choose_layout(lane.device, form.dtype)
    network = detector_network(directory, layout)
    return TorchModel(ready(network, lane.device, form), lane, graphs=DETECTION_GRAPHS)


def open_recogniser(directory: ModelDirectory, lane: Lane, form: Form) -> TorchModel:
    """A recogniser on a lane. Only prepared shapes have graphs. Raises like `open_detector`."""
    network = recogniser_network(directory, choose_layout(lane.device, form.dtype))
    return TorchModel(ready(network, lane.device, form), lane)


def open_classifier(directory: ModelDirectory, lane: Lane, form: Form) -> TorchModel:
    """A classifier on a lane. Only prepared shapes have graphs. Raises like `open_detector`."""
    network = classifier_network(directory, choose_layout(lane.device, form.dtype))
    return TorchModel(ready(network, lane.device, form), lane)


def open_unwarping(directory: ModelDirectory, lane: Lane) -> TorchModel:
    """An unwarping network on a lane. It computes positions, so it runs in float32. Raises like `open_detector`."""
    return TorchModel(ready(unwarping_network(directory), lane.device, Form(torch.float32)), lane)


def ready(network: nn.Module, device: torch.device, form: Form) -> Function:
    """A network with its weights on a device, in the type and the memory layout of its feature maps."""
    placed: nn.Module = network.to(device, form.dtype)
    placed.to(memory_format=choose_layout(device, form.dtype)).eval().requires_grad_(requires_grad=False)
    if device.type == "cuda":
        # The weights are converted on this thread's stream, and no lane's stream waits for it. So this thread waits.
        # Waiting for the whole device would break a capture on another lane.
        torch.cuda.current_stream(device).synchronize()
    return placed if form.kernels is None else compiled(placed, form.kernels)
