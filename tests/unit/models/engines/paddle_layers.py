"""Rebuilds an ONNX network from Paddle's own layers, with the same weights, and saves it as Paddle does.

    python -m tests.unit.models.engines.paddle_layers INFERENCE.ONNX DIRECTORY [pdmodel]

Paddle 3's form is ``inference.json``; with ``pdmodel`` it is Paddle 2's ``inference.pdmodel``. Both have their
parameters in ``inference.pdiparams``. It runs in a process of its own: Paddle's static mode is global, and which form
it writes is settled when it is imported.
"""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

Attributes = dict[str, Any]
Value = Any
"""A Paddle variable, or a NumPy array where the value is known."""

REPOSITORY = Path(__file__).resolve().parents[4]
LARGEST_END = 2**31 - 1


def paddle_directory(source: Path, target: Path, form: str = "json") -> Path:
    """Make a Paddle model directory of a directory with ``inference.onnx``.

    Args:
        source: its ``inference.yml`` is copied.
        target: is made.
        form: ``json`` or ``pdmodel``.
    """
    target.mkdir(parents=True)
    environ = {**os.environ, "FLAGS_enable_pir_api": "0" if form == "pdmodel" else "1"}
    command = [sys.executable, "-m", __spec__.name, str(source / "inference.onnx"), str(target)]
    done = subprocess.run(command, cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    shutil.copy(source / "inference.yml", target)
    return target


def build(file: Path, target: Path) -> None:
    """Read the ONNX file, build the layers, write graph and parameters."""
    graph = onnx.load(file).graph
    paddle.enable_static()
    main, startup = paddle.static.Program(), paddle.static.Program()
    with paddle.static.program_guard(main, startup):
        shape = [each.dim_value or None for each in graph.input[0].type.tensor_type.shape.dim]
        values: dict[str, Value] = {graph.input[0].name: paddle.static.data("x", shape, "float32")}
        values |= {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        for node in graph.node:
            known = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
            inputs = [values[name] if name else None for name in node.input]
            values[node.output[0]] = LAYERS[node.op_type](known, *inputs)
        executor = paddle.static.Executor(paddle.CPUPlace())
        executor.run(startup)
        answer = values[graph.output[0].name]
        prefix = str(target / "inference")
        paddle.static.save_inference_model(prefix, [values[graph.input[0].name]], [answer], executor, program=main)


def parameter(array: np.ndarray) -> Value:
    """A weight of the network."""
    start = paddle.nn.initializer.Assign(array)
    return paddle.static.create_parameter(array.shape, str(array.dtype), default_initializer=start)


def variable(value: Value) -> Value:
    """A value as Paddle's arithmetic takes it: weights become parameters, sizes small integer tensors."""
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind == "i":
        return paddle.assign(value)
    return parameter(value.reshape(1) if value.ndim == 0 else value)


def arithmetic(function: Callable[..., Value]) -> Callable[..., Value]:
    return lambda known, *inputs: function(*(variable(value) for value in inputs))


def padding(known: Attributes) -> list[int]:
    top, left, bottom, right = known.get("pads", (0, 0, 0, 0))
    return [top, bottom, left, right]


def convolution(known: Attributes, x: Value, weight: np.ndarray, bias: np.ndarray | None = None) -> Value:
    more = {"stride": known["strides"], "dilation": known["dilations"], "groups": known["group"]}
    return functional.conv2d(x, parameter(weight), optional(bias), padding=padding(known), **more)


def transposed_convolution(known: Attributes, x: Value, weight: np.ndarray, bias: np.ndarray | None = None) -> Value:
    more = {"stride": known["strides"], "dilation": known["dilations"], "groups": known["group"]}
    return functional.conv2d_transpose(x, parameter(weight), optional(bias), padding=padding(known), **more)


def optional(bias: np.ndarray | None) -> Value:
    return None if bias is None else parameter(bias)


def normalization(known: Attributes, x: Value, *statistics: np.ndarray) -> Value:
    scale, shift, mean, variance = (parameter(array) for array in statistics)
    return functional.batch_norm(x, mean, variance, scale, shift, training=False, epsilon=known["epsilon"])


def average_pool(known: Attributes, x: Value) -> Value:
    size, steps = known["kernel_shape"], known["strides"]
    inner = not known["count_include_pad"]
    return functional.avg_pool2d(x, size, steps, padding(known), bool(known["ceil_mode"]), exclusive=inner)


def enlarge(known: Attributes, x: Value, _region: Value, scales: np.ndarray) -> Value:
    assert known["mode"] == b"nearest"
    return functional.interpolate(x, scale_factor=[float(each) for each in scales[2:]], mode="nearest")


def part(known: Attributes, x: Value, *bounds: np.ndarray) -> Value:
    starts, ends, axes = (each.tolist() for each in bounds[:3])
    return paddle.slice(x, axes, starts, [min(end, LARGEST_END) for end in ends])


def older(kind: str, **inputs: Value) -> Value:
    """One operator in the older form, which some functions of Paddle 3.3 no longer write."""
    helper = LayerHelper(kind)
    answer = helper.create_variable_for_type_inference("float32")
    helper.append_op(type=kind, inputs=inputs, outputs={"Out": answer})
    return answer


def sigmoid(known: Attributes, x: Value) -> Value:
    return functional.sigmoid(x) if paddle.framework.in_pir_mode() else older("sigmoid", X=x)


def root(known: Attributes, x: Value) -> Value:
    return paddle.sqrt(x) if paddle.framework.in_pir_mode() else older("sqrt", X=x)


def product(known: Attributes, a: Value, b: Value) -> Value:
    a, b = variable(a), variable(b)
    return paddle.matmul(a, b) if paddle.framework.in_pir_mode() else older("matmul_v2", X=a, Y=b)


def reshape(known: Attributes, x: Value, shape: Value) -> Value:
    return paddle.reshape(x, shape.tolist() if isinstance(shape, np.ndarray) else shape)


def join(known: Attributes, *parts: Value) -> Value:
    return paddle.concat([variable(each) for each in parts], known["axis"])


LAYERS: dict[str, Callable[..., Value]] = {
    "Add": arithmetic(lambda a, b: a + b),
    "Sub": arithmetic(lambda a, b: a - b),
    "Mul": arithmetic(lambda a, b: a * b),
    "Div": arithmetic(lambda a, b: a / b),
    "Pow": lambda known, a, b: paddle.pow(variable(a), variable(b)),
    "MatMul": product,
    "Sqrt": root,
    "Sigmoid": sigmoid,
    "Relu": lambda known, x: functional.relu(x),
    "HardSwish": lambda known, x: functional.hardswish(x),
    "HardSigmoid": lambda known, x: functional.hardsigmoid(x, known["alpha"], known["beta"]),
    "Softmax": lambda known, x: functional.softmax(x, known["axis"]),
    "Transpose": lambda known, x: paddle.transpose(x, known["perm"]),
    "ReduceMean": lambda known, x: paddle.mean(x, known["axes"], bool(known.get("keepdims", 1))),
    "GlobalAveragePool": lambda known, x: functional.adaptive_avg_pool2d(x, 1),
    "AveragePool": average_pool,
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "BatchNormalization": normalization,
    "Resize": enlarge,
    "Concat": join,
    "Squeeze": lambda known, x, axes: paddle.squeeze(x, axes.tolist()),
    "Unsqueeze": lambda known, x, axes: paddle.unsqueeze(variable(x), axes.tolist()),
    "Shape": lambda known, x: paddle.shape(x).astype("int64"),
    "Slice": part,
    "Reshape": reshape,
    "Identity": lambda known, x: x,
}


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import paddle
        from paddle.base.layer_helper import LayerHelper
        from paddle.nn import functional
    build(Path(sys.argv[1]), Path(sys.argv[2]))
