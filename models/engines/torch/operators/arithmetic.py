"""Operators that compute with numbers: element by element, along an axis, or as matrices."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from models.engines.torch.operators.call import Build, Call, Source

_SIXTH = 1 / 6
_CLOSE = 1e-6
"""Two constants with a smaller difference are the same constant, written with different numbers of digits."""


def hard_sigmoid(values: Tensor, *, alpha: float, beta: float) -> Tensor:
    """A straight line that is cut off at 0 and 1."""
    return (values * alpha + beta).clamp(0, 1)


def softmax_of_rest(values: Tensor, *, axis: int) -> Tensor:
    """The softmax of operator sets before 13, over all axes from ``axis`` on together."""
    return torch.softmax(values.flatten(axis), -1).reshape(values.shape)


def normalize_batch(
    values: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, variance: Tensor, *, epsilon: float
) -> Tensor:
    """Batch normalisation with the statistics of the training."""
    return functional.batch_norm(values, mean, variance, scale, shift, eps=epsilon)


def normalize_layer(values: Tensor, scale: Tensor, shift: Tensor, *, epsilon: float) -> Tensor:
    """Layer normalisation over the last axis, in one kernel with sums in float32."""
    return functional.layer_norm(values, scale.shape, scale, shift, epsilon)


def scale_and_shift(values: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """A product and a sum in one kernel."""
    return torch.addcmul(shift, values, scale)


def leaky(values: Tensor, slope: Tensor) -> Tensor:
    """Multiply negative values by a slope, of any shape that broadcasts."""
    return torch.where(values < 0, values * slope, values)


def powered(values: Tensor, *, exponent: float) -> Tensor:
    """The power of each value."""
    return torch.pow(values, exponent)


def mean_of(values: Tensor, *, axes: tuple[int, ...] | None, keep: bool) -> Tensor:
    """The mean over some axes, or over all axes."""
    return values.mean(tuple(range(values.ndim)) if axes is None else axes, keepdim=keep)


def _plain(function: Callable[..., object], **keywords: bool) -> Build:
    return lambda source: Call(function, source.operands, keywords)


def _hard_sigmoid(source: Source) -> Call:
    alpha, beta = source.step.number("alpha", 0.2), source.step.number("beta", 0.5)
    if abs(alpha - _SIXTH) < _CLOSE and beta == 0.5:
        return Call(functional.hardsigmoid, source.operands)
    return Call(hard_sigmoid, source.operands, {"alpha": alpha, "beta": beta})


def _clip(source: Source) -> Call:
    lowest, highest = source.fixed(1), source.fixed(2)
    bounds = {
        "min": source.step.attributes.get("min", None if lowest is None else lowest.item()),
        "max": source.step.attributes.get("max", None if highest is None else highest.item()),
    }
    return Call(torch.clamp, (source.given(0),), bounds)


def _softmax(source: Source) -> Call:
    if source.graph.opset < 13:
        return Call(softmax_of_rest, source.operands, {"axis": source.step.integer("axis", 1)})
    return Call(torch.softmax, source.operands, {"dim": source.step.integer("axis", -1)})


def _batch_normalization(source: Source) -> Call:
    return Call(normalize_batch, source.operands, {"epsilon": source.step.number("epsilon", 1e-5)})


def _layer_normalization(source: Source) -> Call:
    if source.step.integer("axis", -1) != -1 or len(source.operands) != 3:
        raise source.step.wrong("axis")
    return Call(normalize_layer, source.operands, {"epsilon": source.step.number("epsilon", 1e-5)})


def _gelu(source: Source) -> Call:
    return Call(functional.gelu, source.operands, {"approximate": source.step.text("approximate", "none")})


def _power(source: Source) -> Call:
    exponent = source.fixed(1)
    if exponent is None or exponent.size != 1:
        raise source.step.wrong("exponent")
    return Call(powered, (source.given(0),), {"exponent": float(exponent.item())})


def _mean(source: Source) -> Call:
    keywords = {"axes": source.fixed_integers(1, "axes"), "keep": bool(source.step.integer("keepdims", 1))}
    return Call(mean_of, (source.given(0),), keywords)


ARITHMETIC: dict[str, Build] = {
    "Add": _plain(torch.add),
    "Affine": _plain(scale_and_shift),
    "BatchNormalization": _batch_normalization,
    "Clip": _clip,
    "Div": _plain(torch.div),
    "Erf": _plain(torch.erf),
    "Exp": _plain(torch.exp),
    "Gelu": _gelu,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _plain(functional.hardswish),
    "LayerNormalization": _layer_normalization,
    "Linear": _plain(functional.linear),
    "MatMul": _plain(torch.matmul),
    "Mul": _plain(torch.mul),
    "PRelu": _plain(leaky),
    "Pow": _power,
    "ReduceMean": _mean,
    "Relu": _plain(torch.relu),
    "Sigmoid": _plain(torch.sigmoid),
    "Silu": _plain(functional.silu),
    "Softmax": _softmax,
    "Sqrt": _plain(torch.sqrt),
    "Sub": _plain(torch.sub),
    "Tanh": _plain(torch.tanh),
}
