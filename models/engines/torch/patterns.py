"""Joins steps that an exporter wrote out one by one: activations, layer normalisation, linear layers.

A joined step is one kernel instead of up to nine. In a network that computes in float16, it also sums and squares in
float32. No pass changes the function of the network.
"""

from math import isclose, sqrt

import numpy as np

from models.engines.torch.graph import Constant, Graph, Step


class Walk:
    """Looks up the steps of a graph backwards, from their outputs."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._producers = graph.producers()

    def made_by(self, name: str, operator: str) -> Step | None:
        """The step that makes a value, if it has this operator; else None."""
        step = self._producers.get(name)
        return step if step is not None and step.operator == operator else None

    def constant(self, name: str) -> Constant | None:
        """The array of a constant."""
        return self._graph.constant(name)

    def number(self, name: str) -> float | None:
        """The number of a constant that has only one."""
        value = self._graph.constant(name)
        return float(value.item()) if value is not None and value.size == 1 else None

    def is_number(self, name: str, wanted: float) -> bool:
        """Whether a name is a constant with this number, to the precision of float32."""
        value = self.number(name)
        return value is not None and isclose(value, wanted, rel_tol=1e-6)

    def with_number(self, step: Step | None, wanted: float) -> str | None:
        """The other input of a step with two inputs, if one of them is a constant with this number."""
        if step is None or len(step.inputs) != 2:
            return None
        first, second = step.inputs
        if self.is_number(second, wanted):
            return first
        return second if self.is_number(first, wanted) else None

    def axes(self, step: Step) -> tuple[int, ...]:
        """The axes that a step names, as an attribute or as an input."""
        if "axes" in step.attributes:
            return step.integers("axes")
        value = self._graph.constant(step.inputs[1]) if len(step.inputs) > 1 else None
        return () if value is None else tuple(int(axis) for axis in value.ravel())


def join_patterns(graph: Graph) -> Graph:
    """Apply all passes of this module, in the order in which they find most."""
    for joined in (join_silu, join_gelu, join_hard_swish, join_layer_normalization, join_linear):
        graph = joined(graph)
    return graph


def join_silu(graph: Graph) -> Graph:
    """Join ``x * sigmoid(x)``."""
    walk = Walk(graph)

    def joined(step: Step) -> Step:
        if step.operator != "Mul":
            return step
        for value, gate in (step.inputs, step.inputs[::-1]):
            sigmoid = walk.made_by(gate, "Sigmoid")
            if sigmoid is not None and sigmoid.inputs[0] == value:
                return Step("Silu", (value,), step.output)
        return step

    return graph.changed([joined(step) for step in graph.steps])


def join_gelu(graph: Graph) -> Graph:
    """Join ``x * (erf(x / sqrt(2)) + 1) * 0.5``."""
    walk = Walk(graph)

    def joined(step: Step) -> Step:
        product = walk.with_number(step, 0.5) if step.operator == "Mul" else None
        outer = walk.made_by(product, "Mul") if product else None
        if outer is None:
            return step
        for value, factor in (outer.inputs, outer.inputs[::-1]):
            inner = walk.with_number(walk.made_by(factor, "Add"), 1.0)
            erf = walk.made_by(inner, "Erf") if inner else None
            if erf is not None and _divided(walk, erf.inputs[0], sqrt(2)) == value:
                return Step("Gelu", (value,), step.output)
        return step

    return graph.changed([joined(step) for step in graph.steps])


def join_hard_swish(graph: Graph) -> Graph:
    """Join ``x * clip(x + 3, 0, 6) / 6``."""
    walk = Walk(graph)

    def joined(step: Step) -> Step:
        if step.operator != "Div" or not walk.is_number(step.inputs[1], 6.0):
            return step
        product = walk.made_by(step.inputs[0], "Mul")
        if product is None:
            return step
        for value, gate in (product.inputs, product.inputs[::-1]):
            clip = walk.made_by(gate, "Clip")
            if clip is not None and _clips(walk, clip) and _raised(walk, clip.inputs[0]) == value:
                return Step("HardSwish", (value,), step.output)
        return step

    return graph.changed([joined(step) for step in graph.steps])


def join_layer_normalization(graph: Graph) -> Graph:
    """Join ``(x - mean) / sqrt(mean((x - mean)^2) + epsilon) * scale + shift`` over the last axis."""
    walk = Walk(graph)

    def joined(step: Step) -> Step:
        scaled, shift = _with_vector(walk, step, "Add")
        quotient, scale = _with_vector(walk, walk.made_by(scaled, "Mul"), "Mul")
        divided = walk.made_by(quotient, "Div")
        found = _standardised(walk, divided) if divided else None
        if found is None:
            return step
        value, epsilon = found
        return Step("LayerNormalization", (value, scale, shift), step.output, {"epsilon": epsilon})

    return graph.changed([joined(step) for step in graph.steps])


def join_linear(graph: Graph) -> Graph:
    """Join a product with a constant matrix and the sum with a constant vector after it."""
    walk = Walk(graph)
    constants: dict[str, Constant] = {}

    def joined(step: Step) -> Step:
        summed, bias = _with_vector(walk, step, "Add")
        product = walk.made_by(summed, "MatMul")
        weight = walk.constant(product.inputs[1]) if product else None
        if product is None or weight is None or weight.ndim != 2:
            return step
        name = f"{product.inputs[1]}.transposed"
        constants[name] = np.ascontiguousarray(weight.T)
        return Step("Linear", (product.inputs[0], name, bias), step.output)

    return graph.changed([joined(step) for step in graph.steps], constants)


def _with_vector(walk: Walk, step: Step | None, operator: str) -> tuple[str, str]:
    """The value and the constant vector that are the inputs of a step; empty names if the step is of another kind."""
    if step is None or step.operator != operator:
        return "", ""
    for value, vector in (step.inputs, step.inputs[::-1]):
        constant = walk.constant(vector)
        if constant is not None and constant.ndim == 1 and constant.size > 1:
            return value, vector
    return "", ""


def _standardised(walk: Walk, divided: Step) -> tuple[str, float] | None:
    """The value that a division standardises over its last axis, and its epsilon; None if it does something else."""
    centred = walk.made_by(divided.inputs[0], "Sub")
    root = walk.made_by(divided.inputs[1], "Sqrt")
    variance = walk.made_by(root.inputs[0], "Add") if root else None
    if centred is None or variance is None:
        return None
    mean = walk.made_by(centred.inputs[1], "ReduceMean")
    spread = walk.made_by(variance.inputs[0], "ReduceMean")
    square = walk.made_by(spread.inputs[0], "Pow") if spread else None
    epsilon = walk.number(variance.inputs[1])
    if mean is None or spread is None or square is None or epsilon is None:
        return None
    over_last = walk.axes(mean) == (-1,) == walk.axes(spread)
    same = mean.inputs[0] == centred.inputs[0] and square.inputs[0] == centred.output
    return (centred.inputs[0], epsilon) if over_last and same and walk.is_number(square.inputs[1], 2.0) else None


def _divided(walk: Walk, name: str, number: float) -> str | None:
    """The value that was divided by a number to make another value."""
    step = walk.made_by(name, "Div")
    return step.inputs[0] if step is not None and walk.is_number(step.inputs[1], number) else None


def _raised(walk: Walk, name: str) -> str | None:
    """The value to which 3 was added to make another value."""
    return walk.with_number(walk.made_by(name, "Add"), 3.0)


def _clips(walk: Walk, clip: Step) -> bool:
    """Whether a step clips to 0..6."""
    if len(clip.inputs) == 3:
        return walk.is_number(clip.inputs[2], 6.0) and walk.number(clip.inputs[1]) == 0.0
    return (clip.attributes.get("min"), clip.attributes.get("max")) == (0.0, 6.0)
