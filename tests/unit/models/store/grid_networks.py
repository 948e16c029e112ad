"""Small networks that predict a grid of sampling points, in the form in which UVDoc is published: float16, RGB."""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

HEIGHT, WIDTH = 24, 16
PADS = (0, 0, 2, 2, 0, 0, 2, 2)


def grid_network(half: bool = True, first: str = "Conv") -> bytes:
    """An ONNX file: a page (N, 3, 24, 16), RGB, to a grid (N, 2, 12, 8), and a second output that nobody needs.

    Args:
        half: whether it is in float16.
        first: the operator of its first step.
    """
    kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    number = np.float16 if half else np.float32
    dice = np.random.default_rng(5)

    def weight(name: str, *shape: int) -> onnx.TensorProto:
        return numpy_helper.from_array(dice.normal(0, 0.3, shape).astype(np.float16).astype(number), name)

    nodes = [
        helper.make_node(first, ["page", "w1", "b1"][: 3 if first == "Conv" else 1], ["a"], **_of(first)),
        helper.make_node("PRelu", ["a", "slope"], ["b"]),
        helper.make_node("Concat", ["half_pads", "half_pads"], ["joined"], axis=0),
        helper.make_node("Cast", ["joined"], ["pads"], to=TensorProto.INT64),
        helper.make_node("Pad", ["b", "pads"], ["c"], mode="reflect"),
        helper.make_node("Conv", ["c", "w2", "b2"], ["grid"]),
        helper.make_node("Relu", ["b"], ["other"]),
    ]
    graph = helper.make_graph(
        nodes,
        "grid",
        [helper.make_tensor_value_info("page", kind, ["batch", 3, HEIGHT, WIDTH])],
        [helper.make_tensor_value_info(name, kind, None) for name in ("grid", "other")],
        [
            weight("w1", 4, 3, 3, 3),
            weight("b1", 4),
            weight("slope", 4, 1, 1),
            weight("w2", 2, 4, 5, 5),
            weight("b2", 2),
            numpy_helper.from_array(np.array(PADS[:4], np.int64), "half_pads"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def _of(operator: str) -> dict[str, list[int]]:
    return {"strides": [2, 2], "pads": [1, 1, 1, 1]} if operator == "Conv" else {}


def spread(values: NDArray[np.float64], height: int, width: int, corners: bool = True) -> NDArray[np.float64]:
    """Resize (C, H, W) bilinearly. The middles of the edge pixels stay at the edges, or else the outer edges do."""
    for axis, length in ((1, height), (2, width)):
        last = values.shape[axis] - 1
        if corners:
            places = np.linspace(0, last, length) if length > 1 else np.zeros(1)
        else:
            places = np.clip((np.arange(length) + 0.5) * (last + 1) / length - 0.5, 0, last)
        first = np.floor(places).astype(int)
        second = np.minimum(first + 1, values.shape[axis] - 1)
        share = (places - first).reshape(-1, *[1] * (2 - axis))
        values = values.take(first, axis) * (1 - share) + values.take(second, axis) * share
    return values


def sampled(page: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sample (3, H, W) at points (2, H, W): x and y, -1 and 1 at the middles of the edge pixels; black outside."""
    height, width = page.shape[1:]
    framed = np.pad(page, ((0, 0), (1, 1), (1, 1)))
    x = np.clip((grid[0] + 1) / 2 * (width - 1), -1, width) + 1
    y = np.clip((grid[1] + 1) / 2 * (height - 1), -1, height) + 1
    left, top = (np.minimum(np.floor(each).astype(int), limit) for each, limit in ((x, width), (y, height)))
    right, down = x - left, y - top
    upper = framed[:, top, left] * (1 - right) + framed[:, top, left + 1] * right
    lower = framed[:, top + 1, left] * (1 - right) + framed[:, top + 1, left + 1] * right
    return upper * (1 - down) + lower * down
