"""Reads an ONNX file to a `Graph`: its only input, its first output, and no steps that compute nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from models.engines.torch.graph import Attribute, Constant, Graph, Step
from models.errors import EngineFailure

_NOTHING_DONE = ("Identity", "Dropout")
"""Operators that return their first input unchanged when a network is not trained."""


def read_graph(file: Path) -> Graph:
    """Read a network.

    Raises:
        EngineFailure: the file is not an ONNX model, or the model has several inputs, or a step has several outputs.
    """
    try:
        model = onnx.load(file, load_external_data=False)
    except Exception as error:  # the library raises its parser's own classes
        raise EngineFailure(f"{file} cannot be read as an ONNX model.") from error
    constants = {tensor.name: _array(tensor) for tensor in model.graph.initializer}
    inputs = [value.name for value in model.graph.input if value.name not in constants]
    if len(inputs) != 1 or not model.graph.output:
        raise EngineFailure(f"{file} is no ONNX model with one input and an output.")
    opset = next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 0)
    graph = Graph(inputs[0], model.graph.output[0].name, (), constants, opset)
    return _with_steps(graph, model.graph.node, dict(constants))


def _with_steps(graph: Graph, nodes: "list[onnx.NodeProto]", constants: dict[str, Constant]) -> Graph:
    renamed: dict[str, str] = {}
    steps = []
    for node in nodes:
        if len([name for name in node.output if name]) != 1 and node.op_type not in _NOTHING_DONE:
            raise EngineFailure(f"The torch engine cannot run this ONNX model: {node.op_type} with several outputs.")
        if node.op_type == "Constant":
            constants[node.output[0]] = _constant_of(node)
        elif node.op_type == "Cast" and node.input[0] in constants:
            constants[node.output[0]] = _cast(node, constants[node.input[0]])
        elif node.op_type in _NOTHING_DONE:
            renamed[node.output[0]] = renamed.get(node.input[0], node.input[0])
        else:
            inputs = tuple(renamed.get(name, name) for name in node.input)
            steps.append(Step(node.op_type, inputs, node.output[0], _attributes(node)))
    output = renamed.get(graph.output, graph.output)
    return Graph(graph.input, output, (), {}, graph.opset).changed(steps, constants)


def _constant_of(node: onnx.NodeProto) -> Constant:
    for attribute in node.attribute:
        if attribute.name == "value":
            return _array(attribute.t)
    raise EngineFailure("The torch engine cannot run this ONNX model: Constant without a tensor.")


def _cast(node: onnx.NodeProto, value: Constant) -> Constant:
    kind = onnx.helper.tensor_dtype_to_np_dtype(int(node.attribute[0].i)).kind
    return _in_two_types(value, kind)


def _attributes(node: onnx.NodeProto) -> dict[str, Attribute]:
    return {attribute.name: _attribute(node, attribute) for attribute in node.attribute}


def _attribute(node: onnx.NodeProto, attribute: onnx.AttributeProto) -> Attribute:
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, int | float):
        return value
    if attribute.type in (onnx.AttributeProto.INTS, onnx.AttributeProto.FLOATS):
        return tuple(value)
    raise EngineFailure(f"The torch engine cannot run this ONNX model: {node.op_type} with this {attribute.name}.")


def _array(tensor: onnx.TensorProto) -> Constant:
    """A constant in one of two types: float32 for values, int64 for shapes."""
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        raise EngineFailure("The torch engine cannot run this ONNX model: its weights are in another file.")
    value = numpy_helper.to_array(tensor)
    return _in_two_types(value, value.dtype.kind)


def _in_two_types(value: NDArray[Any], kind: str) -> Constant:
    return value.astype(np.float32) if kind == "f" else value.astype(np.int64)
