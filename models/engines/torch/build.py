"""Builds a torch module from a `Graph`: straight-line code, one call for each step, that frees values after use."""

import re

import torch
from torch import fx

from models.engines.torch.graph import Graph, Step
from models.engines.torch.operators.arithmetic import ARITHMETIC
from models.engines.torch.operators.arrangement import ARRANGEMENT
from models.engines.torch.operators.call import Call, Source
from models.engines.torch.operators.shapes import MEASURE, SHAPES
from models.engines.torch.operators.windows import WINDOWS
from models.errors import EngineFailure

_OPERATORS = {**ARITHMETIC, **ARRANGEMENT, **WINDOWS}


def build_module(graph: Graph) -> fx.GraphModule:
    """Build a module with one input and one output. Its constants are float32 buffers on the CPU.

    Raises:
        EngineFailure: an operator, or the way it is used, is not supported.
    """
    builder = _Builder(graph)
    for step in graph.steps:
        builder.add(step)
    return builder.finish()


class _Builder:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._code = fx.Graph()
        self._root = torch.nn.Module()
        self._nodes = {graph.input: self._code.placeholder("batch")}
        self._shapes: set[str] = set()

    def add(self, step: Step) -> None:
        """Add the call of one step."""
        source = Source(step, self._graph)
        computed = [name for name in source.operands if self._graph.constant(name) is None]
        of_shapes = bool(computed) and all(name in self._shapes for name in computed)
        if of_shapes or step.operator == "Shape":
            self._shapes.add(step.output)
        self._nodes[step.output] = self._call(self._built(source, of_shapes=of_shapes), on_shapes=of_shapes)

    def finish(self) -> fx.GraphModule:
        """The finished module."""
        self._code.output(self._nodes[self._graph.output])
        self._code.lint()
        return fx.GraphModule(self._root, self._code)

    def _built(self, source: Source, *, of_shapes: bool) -> Call:
        operator = source.step.operator
        build = MEASURE if operator == "Shape" else (SHAPES if of_shapes else _OPERATORS).get(operator)
        if build is None:
            raise EngineFailure(f"The torch engine does not know the ONNX operator {operator}.")
        return build(source)

    def _call(self, call: Call, *, on_shapes: bool) -> fx.Node:
        operands = tuple(self._operand(name, as_shape=on_shapes) for name in call.operands)
        return self._code.call_function(call.function, operands, dict(call.keywords))

    def _operand(self, name: str, *, as_shape: bool) -> fx.Node | tuple[int, ...]:
        constant = self._graph.constant(name)
        if constant is None:
            return self._nodes[name]
        if as_shape:
            return tuple(int(each) for each in constant.ravel())
        if name not in self._nodes:
            attribute = f"constant_{len(self._nodes)}_" + re.sub(r"\W", "_", name)
            self._root.register_buffer(attribute, torch.tensor(constant))
            self._nodes[name] = self._code.get_attr(attribute)
        return self._nodes[name]
