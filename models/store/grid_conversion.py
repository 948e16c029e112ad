"""Makes an unwarping model out of a network that only predicts a grid of sampling points (UVDoc's, as published).

The network takes RGB pages of one size, 0 to 1, in float16, and gives a grid (N, 2, rows, columns) of points. The
official UVDoc model takes a BGR page of any size, and gives the flat page. It resizes the page, predicts the grid,
spreads it over the page's own size, and samples the page there. This module puts those steps around the network. The
weights become float32, which is exact.

The grid is spread and used with the official model's arithmetic: bilinear, with the edges of pages and grids aligned,
and black outside the page. The page is resized as OpenCV resizes it, because the authors of the network did so. The
official model aligns the edges here too. With that, the photos of `benchmarks.unwarping` were read a little worse.

The result is the same in every byte on every machine, so its SHA-256 can be published.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from models.store.protobuf import (
    Field,
    MalformedMessage,
    content,
    contents,
    integer,
    integers,
    read_message,
    texts,
    write_message,
)

# The numbers of fields in the messages of ONNX (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
_MODEL_GRAPH, _MODEL_PRODUCER = 7, 2
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 2, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_TYPE, _NODE_ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_INTEGER, _ATTRIBUTE_TEXT, _ATTRIBUTE_INTEGERS, _ATTRIBUTE_KIND = 1, 3, 4, 8, 20
_INTEGER_KIND, _TEXT_KIND, _INTEGERS_KIND = 2, 3, 7
_TENSOR_DIMENSION, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_VALUE_NAME, _VALUE_TYPE, _TYPE_TENSOR, _TENSOR_ELEMENT, _TENSOR_SHAPE = 1, 2, 1, 1, 2
_SHAPE_DIMENSION, _DIMENSION_LENGTH, _DIMENSION_NAME = 1, 1, 2
_FLOAT, _INT64, _FLOAT16 = 1, 7, 10

T = TypeVar("T")

_PAGE, _FLAT = "image", "flat_image"
_REFLECTED = (0, 0, 2, 2, 0, 0, 2, 2)
"""The last convolutions see two reflected pixels on each side. The network computes these numbers in many steps."""


def convert_grid_network(model: bytes) -> bytes:
    """Make an ONNX model that unwarps pages.

    Args:
        model: the content of an ONNX file. Its first output is the grid; a later one is left out.

    Returns:
        The content of an ONNX file. Its input is float32 (N, 3, H, W), BGR, 0 to 1. So is its output.

    Raises:
        ValueError: the file is not such a network.
    """
    try:
        fields = read_message(model)
        network = _Network.of(read_message(_only(contents(fields, _MODEL_GRAPH))))
        graph = write_message(network.around())
    except (MalformedMessage, UnicodeDecodeError) as error:
        raise ValueError("it is no ONNX model") from error
    kept = [field for field in fields if field.number not in (_MODEL_GRAPH, _MODEL_PRODUCER)]
    return write_message([*kept, content(_MODEL_GRAPH, graph)])


@dataclass(frozen=True, slots=True)
class _Node:
    """One step: its name as an operator, the names of its inputs and outputs, and its fields."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    fields: tuple[Field, ...]

    @classmethod
    def of(cls, message: bytes) -> "_Node":
        fields = tuple(read_message(message))
        inputs, outputs = (tuple(texts(fields, number)) for number in (_NODE_INPUT, _NODE_OUTPUT))
        return cls(_only(texts(fields, _NODE_TYPE)), inputs, outputs, fields)

    def padded_by(self, constant: str) -> "_Node":
        """The same step with another second input."""
        return _node(self.operator, (self.inputs[0], constant), self.outputs[0], self.fields)


@dataclass(frozen=True, slots=True)
class _Network:
    """A network that predicts a grid.

    Attributes:
        page: name of its input.
        size: height and width of its input in pixels.
        grid: name of its first output.
        nodes: the steps from one to the other, in order.
        weights: the tensors that the steps use.
    """

    page: str
    size: tuple[int, int]
    grid: str
    nodes: tuple[_Node, ...]
    weights: tuple[bytes, ...]

    @classmethod
    def of(cls, graph: Sequence[Field]) -> "_Network":
        page = read_message(_only(contents(graph, _GRAPH_INPUT)))
        outputs = contents(graph, _GRAPH_OUTPUT)
        if not outputs:
            raise ValueError("it has no output")
        grid = _only(texts(read_message(outputs[0]), _VALUE_NAME))
        wanted, kept = {grid}, []
        for node in map(_Node.of, reversed(contents(graph, _GRAPH_NODE))):
            if wanted.isdisjoint(node.outputs):
                continue
            step = node.padded_by("reflected") if node.operator == "Pad" else node
            wanted.update(step.inputs)
            kept.append(step)
        tensors = {_only(texts(read_message(each), _TENSOR_NAME)): each for each in contents(graph, _GRAPH_INITIALIZER)}
        weights = tuple(each for name, each in tensors.items() if name in wanted)
        return cls(_only(texts(page, _VALUE_NAME)), _size_of(page), grid, tuple(reversed(kept)), weights)

    def around(self) -> list[Field]:
        """The graph of the whole model."""
        first = next((node for node in self.nodes if self.page in node.inputs), None)
        if first is None or first.operator != "Conv":
            raise ValueError("its first step is not a convolution")
        flipped = first.inputs[1]
        before = [
            _node("Shape", (_PAGE,), "page_shape"),
            _node("Slice", ("page_shape", "zero", "two"), "pages"),
            _node("Slice", ("page_shape", "two", "four"), "page_size"),
            _node("Concat", ("pages", "network_size"), "resized_shape", [_whole("axis", 0)]),
            _node("Resize", (_PAGE, "", "", "resized_shape"), self.page, _AS_OPENCV),
        ]
        after = [
            _node("Shape", (self.grid,), "grid_shape"),
            _node("Slice", ("grid_shape", "zero", "two"), "grids"),
            _node("Concat", ("grids", "page_size"), "spread_shape", [_whole("axis", 0)]),
            _node("Resize", (self.grid, "", "", "spread_shape"), "spread_grid", _BILINEAR),
            _node("Transpose", ("spread_grid",), "points", [_wholes("perm", (0, 2, 3, 1))]),
            _node("GridSample", (_PAGE, "points"), _FLAT, _SAMPLED),
        ]
        steps = [*before, *self.nodes, *after]
        constants = {"zero": (0,), "two": (2,), "four": (4,), "network_size": self.size, "reflected": _REFLECTED}
        return [
            *(content(_GRAPH_NODE, write_message(step.fields)) for step in steps),
            content(_GRAPH_NAME, "unwarping"),
            *(content(_GRAPH_INITIALIZER, _as_float32(each, flipped)) for each in self.weights),
            *(content(_GRAPH_INITIALIZER, _whole_tensor(name, values)) for name, values in constants.items()),
            content(_GRAPH_INPUT, _picture(_PAGE)),
            content(_GRAPH_OUTPUT, _picture(_FLAT)),
        ]


def _node(operator: str, inputs: Sequence[str], output: str, attributes: Iterable[Field] = ()) -> _Node:
    """Make a step. Of the fields given, those that are attributes are kept."""
    fields = (
        *(content(_NODE_INPUT, name) for name in inputs),
        content(_NODE_OUTPUT, output),
        content(_NODE_TYPE, operator),
        *(field for field in attributes if field.number == _NODE_ATTRIBUTE),
    )
    return _Node(operator, tuple(inputs), (output,), fields)


def _attribute(name: str, kind: int, values: Iterable[Field]) -> Field:
    message = [content(_ATTRIBUTE_NAME, name), *values, integer(_ATTRIBUTE_KIND, kind)]
    return content(_NODE_ATTRIBUTE, write_message(message))


def _whole(name: str, value: int) -> Field:
    return _attribute(name, _INTEGER_KIND, [integer(_ATTRIBUTE_INTEGER, value)])


def _wholes(name: str, values: Iterable[int]) -> Field:
    return _attribute(name, _INTEGERS_KIND, [integer(_ATTRIBUTE_INTEGERS, value) for value in values])


def _text(name: str, value: str) -> Field:
    return _attribute(name, _TEXT_KIND, [content(_ATTRIBUTE_TEXT, value)])


_AS_OPENCV = (_text("coordinate_transformation_mode", "half_pixel"), _text("mode", "linear"))
_BILINEAR = (_text("coordinate_transformation_mode", "align_corners"), _text("mode", "linear"))
_SAMPLED = (_whole("align_corners", 1), _text("mode", "bilinear"), _text("padding_mode", "zeros"))


def _as_float32(tensor: bytes, flipped: str) -> bytes:
    """A tensor in float32, with its input channels in the other order if it has the name ``flipped``."""
    fields = read_message(tensor)
    if integers(fields, _TENSOR_TYPE) != [_FLOAT16]:
        return tensor
    name, shape = _only(texts(fields, _TENSOR_NAME)), integers(fields, _TENSOR_DIMENSION)
    numbers = np.frombuffer(_only(contents(fields, _TENSOR_RAW)), "<f2").astype("<f4").reshape(shape)
    if name == flipped:
        numbers = numbers[:, ::-1]
    return _tensor(name, _FLOAT, shape, numbers.tobytes())


def _whole_tensor(name: str, values: Sequence[int]) -> bytes:
    return _tensor(name, _INT64, [len(values)], np.array(values, "<i8").tobytes())


def _tensor(name: str, kind: int, shape: Iterable[int], raw: bytes) -> bytes:
    dimensions = (integer(_TENSOR_DIMENSION, length) for length in shape)
    return write_message(
        [*dimensions, integer(_TENSOR_TYPE, kind), content(_TENSOR_NAME, name), content(_TENSOR_RAW, raw)]
    )


def _picture(name: str) -> bytes:
    """The description of an input or output: float32 (N, 3, H, W)."""
    sizes = ("N", 3, "H", "W")
    lengths = (
        integer(_DIMENSION_LENGTH, each) if isinstance(each, int) else content(_DIMENSION_NAME, each) for each in sizes
    )
    shape = write_message(content(_SHAPE_DIMENSION, write_message([length])) for length in lengths)
    tensor = write_message([integer(_TENSOR_ELEMENT, _FLOAT), content(_TENSOR_SHAPE, shape)])
    kind = write_message([content(_TYPE_TENSOR, tensor)])
    return write_message([content(_VALUE_NAME, name), content(_VALUE_TYPE, kind)])


def _size_of(value: Sequence[Field]) -> tuple[int, int]:
    """The height and width of an input."""
    kind = read_message(_only(contents(value, _VALUE_TYPE)))
    tensor = read_message(_only(contents(kind, _TYPE_TENSOR)))
    dimensions = contents(read_message(_only(contents(tensor, _TENSOR_SHAPE))), _SHAPE_DIMENSION)
    lengths = [integers(read_message(each), _DIMENSION_LENGTH) for each in dimensions]
    if len(lengths) != 4 or not lengths[2] or not lengths[3]:
        raise ValueError("its input has no fixed height and width")
    return lengths[2][0], lengths[3][0]


def _only(values: Sequence[T]) -> T:
    """The one value of a list."""
    if len(values) != 1:
        raise ValueError("a part of it stands twice, or not at all")
    return values[0]
