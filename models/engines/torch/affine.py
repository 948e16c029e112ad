"""Folds the scales and shifts of channels into the convolutions around them.

An exporter writes a convolution's bias, a learned scale and shift, and the batch normalisation as separate steps. Each
of them reads and writes a whole feature map. All of them are ``x * scale + shift``, with one scale and one shift for
each channel, and so is their combination. Before a convolution without padding, and after any convolution, it becomes a
convolution with other weights. The arithmetic is done in float64, once, when the network is built.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.engines.torch.graph import Constant, Graph, Step

_CONVOLUTIONS = ("Conv", "ConvTranspose")

_ZERO, _ONE = np.zeros(()), np.ones(())


@dataclass(frozen=True, slots=True)
class Affine:
    """The function ``x * scale + shift``. Both are float64: one number, or (1, C, 1, 1)."""

    scale: NDArray[np.float64]
    shift: NDArray[np.float64]


def fold_affine(graph: Graph) -> Graph:
    """Apply all passes of this module."""
    for folded in (name_affine, join_affine, fold_into_previous, fold_into_next, fold_into_previous):
        graph = folded(graph)
    return graph


def name_affine(graph: Graph) -> Graph:
    """Replace products and sums with constants, and batch normalisations, by steps ``Affine``."""
    producers = graph.producers()
    constants: dict[str, Constant] = {}

    def named(step: Step) -> Step:
        before = producers.get(step.inputs[0])
        if before is not None and before.operator == "Squeeze":
            return step  # its channels are no longer those of (N, C, H, W)
        found = _affine_of(graph, step)
        return step if found is None else _affine_step(found[0], found[1], step.output, constants)

    return graph.changed([named(step) for step in graph.steps], constants)


def join_affine(graph: Graph) -> Graph:
    """Join steps ``Affine`` that follow each other."""
    producers, uses = graph.producers(), graph.uses()
    constants: dict[str, Constant] = {}
    joined: dict[str, Step] = {}

    def replaced(step: Step) -> Step:
        before = joined.get(step.inputs[0], producers.get(step.inputs[0])) if step.operator == "Affine" else None
        if before is not None and before.operator == "Affine" and uses[before.output] == 1:
            every = {**graph.constants, **constants}
            first, second = _read(every, before), _read(every, step)
            both = Affine(second.scale * first.scale, second.scale * first.shift + second.shift)
            step = joined[step.output] = _affine_step(both, before.inputs[0], step.output, constants)
        return step

    return graph.changed([replaced(step) for step in graph.steps], constants)


def fold_into_previous(graph: Graph) -> Graph:
    """Fold each ``Affine`` into the convolution before it, if nothing else uses the convolution's output."""
    producers, uses = graph.producers(), graph.uses()
    constants: dict[str, Constant] = {}

    def folded(step: Step) -> Step:
        before = producers.get(step.inputs[0]) if step.operator == "Affine" else None
        if before is None or before.operator not in _CONVOLUTIONS or uses[before.output] != 1:
            return step
        return _after(graph, before, _read(graph.constants, step), step.output, constants) or step

    return graph.changed([folded(step) for step in graph.steps], constants)


def fold_into_next(graph: Graph) -> Graph:
    """Fold each ``Affine`` into the convolution after it, if nothing else reads it and no padding would be shifted."""
    producers, uses = graph.producers(), graph.uses()
    constants: dict[str, Constant] = {}

    def folded(step: Step) -> Step:
        before = producers.get(step.inputs[0]) if step.operator == "Conv" else None
        if before is None or before.operator != "Affine" or uses[before.output] != 1:
            return step
        return _before(graph, step, _read(graph.constants, before), before.inputs[0], constants) or step

    return graph.changed([folded(step) for step in graph.steps], constants)


def _affine_of(graph: Graph, step: Step) -> tuple[Affine, str] | None:
    """A step as a scale and a shift of one of its inputs; None if the step is not affine."""
    if step.operator == "BatchNormalization":
        return _batch_normalization(graph, step)
    if step.operator not in ("Add", "Sub", "Mul", "Div") or len(step.inputs) != 2:
        return None
    first, second = (_channels(graph.constant(name)) for name in step.inputs)
    if second is not None and not _is_constant(graph, step.inputs[0]):
        return _right(step.operator, second), step.inputs[0]
    if first is not None and not _is_constant(graph, step.inputs[1]) and step.operator != "Div":
        flipped = Affine(-_ONE, first) if step.operator == "Sub" else _right(step.operator, first)
        return flipped, step.inputs[1]
    return None


def _right(operator: str, constant: NDArray[np.float64]) -> Affine:
    """An operation with a value at the left and a constant at the right, as a scale and a shift."""
    if operator in ("Add", "Sub"):
        return Affine(_ONE, constant if operator == "Add" else -constant)
    return Affine(constant if operator == "Mul" else 1 / constant, _ZERO)


def _batch_normalization(graph: Graph, step: Step) -> tuple[Affine, str] | None:
    parts = [graph.constant(name) for name in step.inputs[1:]]
    if len(parts) != 4 or any(part is None for part in parts):
        return None
    scale, shift, mean, variance = (np.asarray(part, np.float64).reshape(1, -1, 1, 1) for part in parts)
    factor = scale / np.sqrt(variance + step.number("epsilon", 1e-5))
    return Affine(factor, shift - mean * factor), step.inputs[0]


def _is_constant(graph: Graph, name: str) -> bool:
    return graph.constant(name) is not None


def _channels(constant: Constant | None) -> NDArray[np.float64] | None:
    """A constant of one number, or of one number for each channel of (N, C, H, W); None for other constants."""
    if constant is None or constant.dtype != np.float32:
        return None
    if constant.size == 1:
        return constant.astype(np.float64).reshape(())
    per_channel = constant.ndim in (3, 4) and constant.shape[-2:] == (1, 1) and constant.size == constant.shape[-3]
    return constant.astype(np.float64).reshape(1, -1, 1, 1) if per_channel else None


def _affine_step(affine: Affine, value: str, output: str, constants: dict[str, Constant]) -> Step:
    """Make a step ``Affine`` and add its constants to the others."""
    scale, shift = f"{output}.scale", f"{output}.shift"
    constants[scale], constants[shift] = affine.scale.astype(np.float32), affine.shift.astype(np.float32)
    return Step("Affine", (value, scale, shift), output)


def _read(constants: Mapping[str, Constant], step: Step) -> Affine:
    scale, shift = (constants[name].astype(np.float64) for name in step.inputs[1:])
    return Affine(scale, shift)


def _after(graph: Graph, convolution: Step, affine: Affine, output: str, constants: dict[str, Constant]) -> Step | None:
    """A convolution that includes a scale and a shift of its output."""
    weight, bias = _weights(graph, convolution)
    if weight is None:
        return None
    scale = affine.scale.ravel()
    if convolution.operator == "Conv":
        weight = weight * scale.reshape(-1, 1, 1, 1)
    elif scale.size == 1 or convolution.integer("group", 1) == 1:
        weight = weight * scale.reshape(1, -1, 1, 1)
    else:
        return None
    bias = np.broadcast_to(bias * scale + affine.shift.ravel(), (_outputs(convolution, weight),))
    return _convolution(convolution, convolution.inputs[0], weight, bias, output, constants)


def _before(graph: Graph, convolution: Step, affine: Affine, value: str, constants: dict[str, Constant]) -> Step | None:
    """A convolution that includes a scale and a shift of its input."""
    same = convolution.text("auto_pad", "NOTSET") not in ("NOTSET", "VALID")
    padded = same or any(convolution.integers("pads", (0,)))
    weight, bias = _weights(graph, convolution)
    if weight is None or (padded and affine.shift.any()):
        return None
    outputs, inputs = weight.shape[:2]
    groups = convolution.integer("group", 1)
    # Each output reads the channels of its own group.
    every = [np.broadcast_to(each.ravel(), groups * inputs) for each in (affine.scale, affine.shift)]
    scale, shift = (
        np.repeat(each.reshape(groups, inputs), outputs // groups, axis=0)[:, :, np.newaxis, np.newaxis]
        for each in every
    )
    bias = np.broadcast_to(bias + (weight * shift).sum(axis=(1, 2, 3)), (outputs,))
    return _convolution(convolution, value, weight * scale, bias, convolution.output, constants)


def _weights(graph: Graph, step: Step) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    weight = graph.constant(step.inputs[1])
    bias = graph.constant(step.inputs[2]) if len(step.inputs) > 2 and step.inputs[2] else np.zeros(1, np.float32)
    if weight is None or bias is None:
        return None, _ZERO
    return weight.astype(np.float64), bias.astype(np.float64)


def _outputs(step: Step, weight: NDArray[np.float64]) -> int:
    """The number of output channels of a convolution."""
    outputs: int = weight.shape[0] if step.operator == "Conv" else weight.shape[1] * step.integer("group", 1)
    return outputs


def _convolution(
    step: Step,
    value: str,
    weight: NDArray[np.float64],
    bias: NDArray[np.float64],
    output: str,
    constants: dict[str, Constant],
) -> Step:
    names = f"{output}.weight", f"{output}.bias"
    constants[names[0]], constants[names[1]] = weight.astype(np.float32), bias.astype(np.float32)
    return Step(step.operator, (value, *names), output, step.attributes)
