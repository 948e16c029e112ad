"""The networks of the pipeline as modules whose input is a picture and whose output is small.

Normalisation is inside, in front; behind, the best class is picked where the classes are. A recogniser's probabilities
of a page are a gigabyte, its indices and confidences a tenth of a megabyte.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.descriptions.model_directory import ONNX_FILE, ChannelOrder, ModelDirectory, Triple
from models.engines.torch.build import build_module
from models.engines.torch.fuse import fused
from models.engines.torch.graph import Graph
from models.engines.torch.graphs import Tensors
from models.engines.torch.reader import read_graph
from models.errors import EngineFailure

_SIGNED_UNIT: tuple[float, Triple, Triple] = (1 / 255, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
"""Scale, mean and deviation of recognisers: levels to -1..1. Their descriptions do not say it."""


class Normalization(nn.Module):
    """BGR levels 0..255 to the numbers that a network was trained with: ``(level * scale - mean) / std`` a channel.

    Args:
        scale: of levels.
        mean: in the network's order of channels.
        std: likewise.
        channels: that order.
        layout: how the numbers lie in memory.
    """

    factor: Tensor
    offset: Tensor

    def __init__(
        self,
        scale: float,
        mean: Sequence[float],
        std: Sequence[float],
        channels: ChannelOrder,
        layout: torch.memory_format = torch.contiguous_format,
    ) -> None:
        super().__init__()
        self._layout = layout
        self._flipped = channels == "RGB"
        deviations = torch.tensor(std, dtype=torch.float64).view(1, 3, 1, 1)
        means = torch.tensor(mean, dtype=torch.float64).view(1, 3, 1, 1)
        self.register_buffer("factor", (scale / deviations).float())
        self.register_buffer("offset", (-means / deviations).float())

    def forward(self, levels: Tensor) -> Tensor:
        """(N, 3, H, W), uint8 or any type of whole levels, to the type that the network computes in."""
        ordered = levels.flip(1) if self._flipped else levels
        numbers = ordered.to(self.factor.dtype, memory_format=self._layout)
        return torch.addcmul(self.offset, numbers, self.factor)


class DetectorNetwork(nn.Module):
    """A text detector: a page to how probable text is at each pixel.

    Args:
        normalization: of its input.
        body: the network.
    """

    def __init__(self, normalization: Normalization, body: nn.Module) -> None:
        super().__init__()
        self._normalization = normalization
        self._body = body

    def forward(self, pages: Tensor) -> Tensors:
        """(N, 3, H, W) to float32 (N, H, W)."""
        return (self._body(self._normalization(pages))[:, 0].float(),)


class RecogniserNetwork(nn.Module):
    """A CTC recogniser: lines to the best class of each step, and its probability."""

    def __init__(self, normalization: Normalization, body: nn.Module) -> None:
        super().__init__()
        self._normalization = normalization
        self._body = body

    def forward(self, lines: Tensor) -> Tensors:
        """(N, 3, H, W) to int32 (N, T) and float32 (N, T)."""
        return best_classes(self._body(self._normalization(lines)))


class ClassifierNetwork(nn.Module):
    """An image classifier: pictures to what it holds of each class, before the softmax."""

    def __init__(self, normalization: Normalization, body: nn.Module) -> None:
        super().__init__()
        self._normalization = normalization
        self._body = body

    def forward(self, images: Tensor) -> Tensors:
        """(N, 3, H, W) to float32 (N, C)."""
        return (self._body(self._normalization(images)).float(),)


class UnwarpingNetwork(nn.Module):
    """An unwarping network, in float32: pages to unwarped pages of the same size. Fractions of levels are cut off."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self._body = body

    def forward(self, pages: Tensor) -> Tensors:
        """uint8 (N, 3, H, W) to the same."""
        unwarped = self._body(pages.float() / 255)
        return ((unwarped * 255).clamp(0, 255).to(torch.uint8),)


def best_classes(logits: Tensor) -> Tensors:
    """The best class of each step and its probability, without the softmax of all.

    Args:
        logits: (N, T, C).

    Returns:
        int32 (N, T), and float32 (N, T): ``1 / sum(exp(logit - largest))``, which is the softmax's largest value.
    """
    largest, index = logits.max(-1, keepdim=True)
    total = (logits - largest).exp_().sum(-1, dtype=torch.float32)
    return index[..., 0].to(torch.int32), total.reciprocal()


def without_softmax(graph: Graph, axes: int) -> Graph:
    """A network that gives what its last step takes the softmax of.

    Args:
        graph: ends with a softmax over its last axis.
        axes: that its output has.

    Raises:
        EngineFailure: it ends with something else.
    """
    last = graph.steps[-1]
    if last.operator != "Softmax" or last.integer("axis", -1) not in (-1, axes - 1):
        raise EngineFailure("The torch engine needs a model that ends with a softmax over its classes.")
    return Graph(graph.input, last.inputs[0], (), {}, graph.opset).changed(graph.steps, graph.constants)


def detector_network(directory: ModelDirectory, layout: torch.memory_format = torch.contiguous_format) -> nn.Module:
    """A detector of a model directory, float32, on the CPU.

    Args:
        directory: the model.
        layout: how feature maps lie in memory.

    Raises:
        InvalidModelDirectory: the directory describes something else.
        EngineFailure: torch cannot run its network.
    """
    spec = directory.detection()
    normalization = Normalization(spec.scale, spec.mean, spec.std, spec.channels, layout)
    return DetectorNetwork(normalization, build_module(_graph(directory)))


def recogniser_network(directory: ModelDirectory, layout: torch.memory_format = torch.contiguous_format) -> nn.Module:
    """A recogniser. See `detector_network`."""
    normalization = Normalization(*_SIGNED_UNIT, directory.recognition().channels, layout)
    return RecogniserNetwork(normalization, build_module(without_softmax(_graph(directory), 3)))


def classifier_network(directory: ModelDirectory, layout: torch.memory_format = torch.contiguous_format) -> nn.Module:
    """A classifier. See `detector_network`."""
    spec = directory.classification()
    normalization = Normalization(spec.scale, spec.mean, spec.std, spec.channels, layout)
    return ClassifierNetwork(normalization, build_module(without_softmax(_graph(directory), 2)))


def unwarping_network(directory: ModelDirectory) -> nn.Module:
    """An unwarping network. See `detector_network`."""
    return UnwarpingNetwork(build_module(_graph(directory)))


def _graph(directory: ModelDirectory) -> Graph:
    return fused(read_graph(directory.path / ONNX_FILE))
