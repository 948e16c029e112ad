"""Every ONNX operator that is known here does what ONNX Runtime does."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.engines.torch.build import build_module
from models.engines.torch.reader import read_graph
from models.errors import EngineFailure
from tests.unit.models.engines.torch.onnx_models import node, write
from tests.unit.models.engines.torch.real_models import onnx_answer

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(0, 1, (2, 4, 7, 9)).astype(np.float32)


def numbers(*shape: int) -> NDArray[np.float32]:
    return RANDOM.normal(0, 1, shape).astype(np.float32)


def integers(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


@dataclass(frozen=True)
class Case:
    """One operator with some inputs beside ``x``."""

    operator: str
    constants: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    attributes: dict[str, object] = field(default_factory=dict)
    opset: int = 17
    inputs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join([self.operator, *(f"{name}={value}" for name, value in self.attributes.items())])


WINDOW = {"kernel_shape": [3, 2]}
CASES = [
    Case("Conv", {"w": numbers(5, 4, 3, 3), "b": numbers(5)}, {"pads": [1, 1, 1, 1]}),
    Case("Conv", {"w": numbers(5, 4, 3, 2)}, {"pads": [0, 1, 2, 0], "strides": [2, 1]}),
    Case("Conv", {"w": numbers(8, 2, 3, 3)}, {"group": 2, "dilations": [2, 2], "pads": [2, 2, 2, 2]}),
    Case("Conv", {"w": numbers(3, 4, 2, 2)}, {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    Case("Conv", {"w": numbers(3, 4, 2, 3)}, {"auto_pad": "SAME_LOWER", "strides": [1, 3]}),
    Case("Conv", {"w": numbers(3, 4, 2, 3)}, {"auto_pad": "VALID"}),
    Case("ConvTranspose", {"w": numbers(4, 3, 2, 2), "b": numbers(3)}, {"strides": [2, 2]}),
    Case("ConvTranspose", {"w": numbers(4, 2, 3, 3)}, {"strides": [2, 2], "pads": [1, 1, 1, 1], "group": 2}),
    Case("MaxPool", {}, WINDOW),
    Case("MaxPool", {}, {**WINDOW, "auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    Case("MaxPool", {}, {**WINDOW, "pads": [1, 0, 1, 1], "strides": [2, 2], "ceil_mode": 1}),
    Case("AveragePool", {}, {**WINDOW, "strides": [3, 2]}),
    Case("AveragePool", {}, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}),
    Case("AveragePool", {}, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
    Case("GlobalAveragePool"),
    Case("Add", {"c": numbers(1, 4, 1, 1)}),
    Case("Sub", {"c": numbers(9)}),
    Case("Sub", {"c": numbers(4, 1, 1)}, inputs=("c", "x")),
    Case("Mul", {"c": numbers(1)}),
    Case("Div", {"c": numbers(9) + 3}),
    Case("Div", {"c": numbers(1)}, inputs=("c", "x")),
    Case("MatMul", {"c": numbers(9, 5)}),
    Case("PRelu", {"c": numbers(4, 1, 1)}),
    Case("Pow", {"c": np.float32(2)}),
    Case("Relu"),
    Case("Sigmoid"),
    Case("Tanh"),
    Case("Erf"),
    Case("Exp"),
    Case("HardSwish"),
    Case("HardSigmoid", {}, {"alpha": 1 / 6, "beta": 0.5}),
    Case("HardSigmoid", {}, {"alpha": 0.2, "beta": 0.5}),
    Case("HardSigmoid"),
    Case("LayerNormalization", {"s": numbers(9), "b": numbers(9)}),
    Case(
        "BatchNormalization",
        {"s": numbers(4), "b": numbers(4), "m": numbers(4), "v": numbers(4) ** 2},
        {"epsilon": 0.1},
    ),
    Case("Clip", {"low": np.float32(-0.5), "high": np.float32(0.5)}),
    Case("Clip", {"high": np.float32(0.5)}, inputs=("x", "", "high")),
    Case("Clip", {}, {"min": -0.1, "max": 0.2}, opset=6),
    Case("Softmax", {}, {"axis": 1}),
    Case("Softmax", {}, {"axis": 2}, opset=11),
    Case("ReduceMean", {}, {"axes": [2, 3], "keepdims": 0}),
    Case("ReduceMean", {"axes": integers(-1)}, opset=18),
    Case("Pad", {"p": integers(0, 0, 1, 2, 0, 0, 3, 0), "v": np.float32(0.5)}),
    Case("Pad", {"p": integers(0, 0, 1, 2, 0, 0, 3, 1)}, {"mode": "reflect"}),
    Case("Pad", {"p": integers(0, 0, 0, 2, 0, 0, 3, 1)}, {"mode": "edge"}),
    Case("Transpose", {}, {"perm": [0, 2, 3, 1]}),
    Case("Reshape", {"shape": integers(0, -1, 3)}),
    Case("Flatten", {}, {"axis": 2}),
    Case("Unsqueeze", {"axes": integers(0, 3)}),
    Case("Unsqueeze", {}, {"axes": [1]}, opset=11),
    Case("Slice", {"s": integers(1, -4), "e": integers(3, 1000), "a": integers(1, 3)}),
    Case("Slice", {"s": integers(2), "e": integers(1), "a": integers(2)}),
    Case("Concat", {"c": numbers(2, 4, 7, 2)}, {"axis": 3}),
    Case(
        "Resize",
        {"f": np.array([1, 1, 2, 3], np.float32)},
        {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        inputs=("x", "", "f"),
    ),
    Case("Resize", {"f": np.array([1, 1, 2, 3], np.float32)}, {"mode": "linear"}, inputs=("x", "", "f")),
    Case(
        "GridSample",
        {"g": RANDOM.uniform(-1.2, 1.2, (2, 3, 5, 2)).astype(np.float32)},
        {"mode": "bilinear", "align_corners": 1},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_operator_answers_as_onnx_runtime_does(tmp_path: Path, case: Case) -> None:
    inputs = case.inputs or ("x", *case.constants)
    file = write(tmp_path / "m.onnx", [node(case.operator, inputs, "y", **case.attributes)], case.constants, case.opset)
    found = build_module(read_graph(file))(torch.from_numpy(X)).numpy()
    expected = onnx_answer(file, X)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-6, rtol=1e-5)


def test_shapes_are_computed_on_the_host(tmp_path: Path) -> None:
    nodes = [
        node("Shape", ["x"], "shape"),
        node("Slice", ["shape", "zero", "two", "zero"], "front"),
        node("Gather", ["shape", "three"], "width"),
        node("Unsqueeze", ["width", "zero"], "listed"),
        node("Concat", ["front", "rest", "listed"], "whole", axis=0),
        node("Cast", ["whole"], "cast", to=7),
        node("Reshape", ["x", "cast"], "y"),
    ]
    constants = {"zero": integers(0), "two": integers(2), "three": np.int64(3), "rest": integers(-1)}
    module = build_module(read_graph(write(tmp_path / "m.onnx", nodes, constants)))
    for batch in (X, X[:1, :, :, :6]):
        assert module(torch.from_numpy(batch)).shape == batch.shape
    assert not any(isinstance(value, torch.Tensor) for value in module.state_dict().values())


@pytest.mark.parametrize("placing", ["align_corners", "half_pixel"])
def test_pictures_are_resized_to_sizes_that_are_computed(tmp_path: Path, placing: str) -> None:
    nodes = [
        node("Shape", ["x"], "shape"),
        node("Slice", ["shape", "zero", "two", "zero"], "front"),
        node("Concat", ["front", "size"], "wanted", axis=0),
        node("Resize", ["x", "", "", "wanted"], "y", mode="linear", coordinate_transformation_mode=placing),
    ]
    file = write(tmp_path / "m.onnx", nodes, {"zero": integers(0), "two": integers(2), "size": integers(5, 23)})
    found = build_module(read_graph(file))(torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(found, onnx_answer(file, X), atol=1e-5)


def test_squeezed_axes_go(tmp_path: Path) -> None:
    nodes = [node("GlobalAveragePool", ["x"], "m"), node("Squeeze", ["m", "axes"], "y")]
    file = write(tmp_path / "m.onnx", nodes, {"axes": integers(2, 3)})
    np.testing.assert_allclose(
        build_module(read_graph(file))(torch.from_numpy(X)).numpy(), onnx_answer(file, X), atol=1e-6
    )


@pytest.mark.parametrize(
    ("operator", "attributes"),
    [("Gemm", {}), ("Resize", {"mode": "cubic"}), ("Conv", {"auto_pad": "SAME_ABOVE"}), ("Pad", {})],
)
def test_what_is_not_known_is_named(tmp_path: Path, operator: str, attributes: dict[str, object]) -> None:
    constants = {"c": numbers(1, 1, 3, 3)}
    file = write(tmp_path / "m.onnx", [node(operator, ["x", "c"], "y", **attributes)], constants)
    with pytest.raises(EngineFailure, match=operator):
        build_module(read_graph(file))


def test_steps_with_several_outputs_are_refused(tmp_path: Path) -> None:
    split = node("Split", ["x"], "a", axis=1)
    split.output.append("b")
    file = write(tmp_path / "m.onnx", [split, node("Add", ["a", "b"], "y")], {})
    with pytest.raises(EngineFailure, match="Split"):
        read_graph(file)
