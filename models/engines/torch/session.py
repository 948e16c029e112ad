"""Models that take and give tensors of their device: for pages that stay there from upload to text.

A network is a model's weights on a device, with the preparation of its input and the reading of its output inside:

- text detector: uint8 (N, 3, H, W), sides multiples of 32 px -> one map float32 (N, H, W), the probability that a pixel
  is text.
- recogniser: uint8 (N, 3, 48, W), each line's picture left, the rest `PADDING_LEVEL` -> best class int32 (N, T) and its
  probability float32 (N, T), T about W / 8.
- classifier: uint8 (N, 3, H, W) at the size its description says -> logits float32 (N, C).
- unwarping: uint8 (N, 3, H, W) -> the unwarped pages, uint8 (N, 3, H, W).

All take BGR pictures, whatever order the model was trained with. Values are levels 0..255 as in a picture, uint8 or a
floating type (always the same one for a model): normalisation is inside.

A `TorchModel` is a network on a lane. Its lane's thread calls it inside ``with lane.active():``; the call queues work
and returns, nothing waits for the device. What it returns is valid for work that is queued on the same lane before the
lane's next call of a model (the graphs of a lane share their memory); `readback.ReadbackRing` takes it to the host.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from models.descriptions.model_directory import ModelDirectory
from models.engines.base import run_failure
from models.engines.torch.compile import compiled
from models.engines.torch.device import choose_layout
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
"""What is right of a line's picture: the level nearest to 0 after the recogniser's normalisation."""

DETECTION_GRAPHS = 16
"""Detection shapes that keep a graph. Each holds its pages and its map; activations are shared by a lane's graphs."""


class TorchModel:
    """A network on a lane: runs its batches, by captured graphs where shapes come again.

    Args:
        network: the weights, on the lane's device, see `ready`. Several models share one.
        lane: what it runs on.
        graphs: shapes beside the prepared ones that keep a graph.
        dtype: of the batches; what `prepare` captures with.
    """

    def __init__(self, network: Function, lane: Lane, *, graphs: int = 0, dtype: torch.dtype = torch.uint8) -> None:
        self.lane = lane
        self._network = network
        self._kept = graphs
        self._dtype = dtype
        self._graphs = ShapeGraphs(network, lane.capture, graphs)

    def __call__(self, batch: Tensor) -> Tensors:
        """Queue one batch of the network's input. Call it inside ``lane.active()``. See the module for what it gives.

        Raises:
            EngineFailure: the network cannot take this batch, or the device failed.
            OutOfDeviceMemory: the device has no room for it.
        """
        try:
            return self._graphs(batch)
        except EngineFailure:
            raise
        except Exception as error:  # torch raises plain RuntimeError, and several others
            raise run_failure(f"PyTorch failed on a batch of shape {tuple(batch.shape)}.", error) from error

    def prepare(self, shapes: Iterable[Sequence[int]]) -> None:
        """Capture the graphs of these batch shapes, kept for good. In the lane's thread, before its first batch.

        Args:
            shapes: of whole batches: (N, 3, H, W). The largest are best first: the others then share their memory.

        Raises:
            EngineFailure: see `__call__`.
        """
        with self.lane.active():
            for shape in shapes:
                try:
                    self._graphs.prepare(self._blank(shape))
                except Exception as error:
                    raise run_failure(f"PyTorch cannot prepare batches of shape {tuple(shape)}.", error) from error

    def warm_up(self, shapes: Iterable[Sequence[int]]) -> None:
        """Run a blank batch of each shape, and wait: what the libraries do once they do now, not at the first request.

        Args:
            shapes: of whole batches: (N, 3, H, W).

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
                raise run_failure(f"PyTorch cannot run batches of shape {tuple(shape)}.", error) from error

    def on(self, lane: Lane) -> "TorchModel":
        """The same weights on another lane of the same device, with graphs of its own."""
        return TorchModel(self._network, lane, graphs=self._kept, dtype=self._dtype)

    def _blank(self, shape: Sequence[int]) -> Tensor:
        return torch.zeros(tuple(shape), dtype=self._dtype, device=self.lane.device)


@dataclass(frozen=True, slots=True)
class Form:
    """How a network runs.

    Attributes:
        dtype: what it computes in: float32 or float16.
        kernels: where the kernels are kept that PyTorch's compiler makes for it; None runs PyTorch's own kernels.
    """

    dtype: torch.dtype
    kernels: Path | None = None


def open_detector(directory: ModelDirectory, lane: Lane, form: Form) -> TorchModel:
    """A text detector on a lane. Its shapes are seen as they come.

    Args:
        directory: the model.
        lane: what it runs on.
        form: how it runs.

    Raises:
        InvalidModelDirectory: the directory describes something else.
        EngineFailure: torch cannot run its network.
    """
    layout = choose_layout(lane.device, form.dtype)
    network = detector_network(directory, layout)
    return TorchModel(ready(network, lane.device, form), lane, graphs=DETECTION_GRAPHS)


def open_recogniser(directory: ModelDirectory, lane: Lane, form: Form) -> TorchModel:
    """A recogniser on a lane. Only shapes that are prepared have graphs. Raises like `open_detector`."""
    network = recogniser_network(directory, choose_layout(lane.device, form.dtype))
    return TorchModel(ready(network, lane.device, form), lane)


def open_classifier(directory: ModelDirectory, lane: Lane, form: Form) -> TorchModel:
    """A classifier on a lane. Only shapes that are prepared have graphs. Raises like `open_detector`."""
    network = classifier_network(directory, choose_layout(lane.device, form.dtype))
    return TorchModel(ready(network, lane.device, form), lane)


def open_unwarping(directory: ModelDirectory, lane: Lane) -> TorchModel:
    """An unwarping network on a lane, in float32: it computes positions. Raises like `open_detector`."""
    return TorchModel(ready(unwarping_network(directory), lane.device, Form(torch.float32)), lane)


def ready(network: nn.Module, device: torch.device, form: Form) -> Function:
    """A network with its weights on a device, in their type, and laid out as its feature maps are."""
    placed: nn.Module = network.to(device, form.dtype)
    placed.to(memory_format=choose_layout(device, form.dtype)).eval().requires_grad_(requires_grad=False)
    if device.type == "cuda":
        # The weights are converted on this thread's stream, which no lane's stream waits for. Waiting for the whole
        # device instead would break a capture that is under way on another lane.
        torch.cuda.current_stream(device).synchronize()
    return placed if form.kernels is None else compiled(placed, form.kernels)
