"""The networks of the pipeline as modules that take pictures and give a small output.

Each module normalises its input, and picks the best class on the device. A recogniser's probabilities of a page take a
gigabyte; the indices and probabilities of the best classes take a tenth of a megabyte.
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
"""Scale, mean and deviation of recognisers: they map levels to -1..1. The descriptions do not contain them."""


class Normalization(nn.Module):
    """Maps BGR levels 0..255 to a network's input: ``(level * scale - mean) / std`` for each channel.

    Args:
        scale: of levels.
        mean: in the network's order of channels.
        std: in the network's order of channels.
        channels: the network's order of channels.
        layout: the memory layout of the numbers.
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
        """Map (N, 3, H, W), uint8 or another type with whole levels, to the type that the network computes in."""
        ordered = levels.flip(1) if self._flipped else levels
        numbers = ordered.to(self.factor.dtype, memory_format=self._layout)
        return torch.addcmul(self.offset, numbers, self.factor)


class DetectorNetwork(nn.Module):
    """A text detector. It gives the probability of text for each pixel of a page.

    Args:
        normalization: of its input.
        body: the network.
    """

    def __init__(self, normalization: Normalization, body: nn.Module) -> None:
        super().__init__()
        self._normalization = normalization
        self._body = body

    def forward(self, pages: Tensor) -> Tensors:
        """Map (N, 3, H, W) to float32 (N, H, W)."""
        return (self._body(self._normalization(pages))[:, 0].float(),)


class RecogniserNetwork(nn.Module):
    """A CTC recogniser. It gives the best class of each time step of a line, and its probability."""

    def __init__(self, normalization: Normalization, body: nn.Module) -> None:
        super().__init__()
        self._normalization = normalization
        self._body = body

    def forward(self, lines: Tensor) -> Tensors:
        """Map (N, 3, H, W) to int32 (N, T) and float32 (N, T)."""
        return best_classes(self._body(self._normalization(lines)))


class ClassifierNetwork(nn.Module):
    """An image classifier. It gives the logits of all classes, before the softmax."""

    def __init__(self, normalization: Normalization, body: nn.Module) -> None:
        super().__init__()
        self._normalization = normalization
        self._body = body

    def forward(self, images: Tensor) -> Tensors:
        """Map (N, 3, H, W) to float32 (N, C)."""
        return (self._body(self._normalization(images)).float(),)


class UnwarpingNetwork(nn.Module):
    """An unwarping network in float32. It gives unwarped pages of the same size. Fractions of levels are cut off."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self._body = body

    def forward(self, pages: Tensor) -> Tensors:
        """Map uint8 (N, 3, H, W) to uint8 (N, 3, H, W)."""
        unwarped = self._body(pages.float() / 255)
        return ((unwarped * 255).clamp(0, 255).to(torch.uint8),)


def best_classes(logits: Tensor) -> Tensors:
    """The best class of each time step and its probability, without the softmax of all classes.

    Args:
        logits: (N, T, C).

    Returns:
        int32 (N, T), and float32 (N, T): ``1 / sum(exp(logit - largest))``, which is the softmax's largest value.
    """
    largest, index = logits.max(-1, keepdim=True)
    total = (logits - largest).exp_().sum(-1, dtype=torch.float32)
    return index[..., 0].to(torch.int32), total.reciprocal()


def without_softmax(graph: Graph, axes: int) -> Graph:
    """A network without the softmax of its last step.

    Args:
        graph: ends with a softmax over its last axis.
        axes: number of axes of its output.

    Raises:
        EngineFailure: it ends with another step.
    """
    last = graph.steps[-1]
    if last.operator != "Softmax" or last.integer("axis", -1) not in (-1, axes - 1):
        raise EngineFailure("The torch engine needs a model that ends with a softmax over its classes.")
    return Graph(graph.input, last.inputs[0], (), {}, graph.opset).changed(graph.steps, graph.constants)


def detector_network(directory: ModelDirectory, layout: torch.memory_format = torch.contiguous_format) -> nn.Module:
    """The detector of a model directory, in float32 on the CPU.

    Args:
        directory: the model.
        layout: the memory layout of feature maps.

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
