"""Operators with a sliding window: convolutions and pooling."""

from collections.abc import Sequence
from math import inf

import torch
from torch import Tensor
from torch.nn import functional

from models.engines.torch.graph import Step
from models.engines.torch.operators.call import Build, Call, Fixed, Source

_SAME = ("SAME_UPPER", "SAME_LOWER")


def pad_to_same(
    values: Tensor,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    *,
    lower: bool,
    level: float,
) -> Tensor:
    """Pad (N, C, H, W) so that a window's output has ``ceil(size / stride)`` positions. An odd pixel goes to the end.

    Args:
        values: the values to pad.
        kernel: height and width of the window.
        stride: vertical and horizontal steps between windows.
        dilation: vertical and horizontal steps within a window.
        lower: whether an odd pixel goes to the beginning instead.
        level: the value of the padding.
    """
    pads: list[int] = []
    for axis in (1, 0):  # torch pads the last axis first
        size = values.shape[2 + axis]
        reach = (-(-size // stride[axis]) - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1
        total = max(0, reach - size)
        begin = (total + 1) // 2 if lower else total // 2
        pads += [begin, total - begin]
    return functional.pad(values, pads, value=level) if any(pads) else values


def convolve(
    values: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: tuple[int, ...],
    pads: tuple[int, ...],
    same: str,
    dilation: tuple[int, ...],
    groups: int,
) -> Tensor:
    """A two-dimensional convolution with padding as in ONNX: top, left, bottom, right, or as in `pad_to_same`."""
    if same:
        values = pad_to_same(values, weight.shape[2:], stride, dilation, lower=same == "SAME_LOWER", level=0)
    elif pads[:2] != pads[2:]:
        values = functional.pad(values, (pads[1], pads[3], pads[0], pads[2]))
        pads = (0, 0, 0, 0)
    return functional.conv2d(values, weight, bias, stride, pads[:2], dilation, groups)


def pool_largest(
    values: Tensor,
    *,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[int, ...],
    same: str,
    ceil: bool,
) -> Tensor:
    """The largest value of each window."""
    if same:
        values = pad_to_same(values, kernel, stride, (1, 1), lower=same == "SAME_LOWER", level=-inf)
    elif any(pads):
        values = functional.pad(values, (pads[1], pads[3], pads[0], pads[2]), value=-inf)
    return functional.max_pool2d(values, kernel, stride, ceil_mode=ceil)


def average(values: Tensor) -> Tensor:
    """The mean of each channel, (N, C, 1, 1)."""
    return values.mean((2, 3), keepdim=True)


def _convolution(source: Source) -> Call:
    step = source.step
    pads, same = _padding(step)
    keywords: dict[str, Fixed] = {
        "stride": step.integers("strides", (1, 1)),
        "pads": pads,
        "same": same,
        "dilation": step.integers("dilations", (1, 1)),
        "groups": step.integer("group", 1),
    }
    return Call(convolve, source.operands, keywords)


def _transposed_convolution(source: Source) -> Call:
    step = source.step
    pads, same = _padding(step)
    if same or pads[:2] != pads[2:] or step.integers("output_shape"):
        raise step.wrong("padding")
    keywords: dict[str, Fixed] = {
        "stride": step.integers("strides", (1, 1)),
        "padding": pads[:2],
        "output_padding": step.integers("output_padding", (0, 0)),
        "groups": step.integer("group", 1),
        "dilation": step.integers("dilations", (1, 1)),
    }
    return Call(functional.conv_transpose2d, source.operands, keywords)


def _largest(source: Source) -> Call:
    step = source.step
    if set(step.integers("dilations", (1, 1))) != {1}:
        raise step.wrong("dilation")
    kernel = step.integers("kernel_shape")
    pads, same = _padding(step)
    keywords: dict[str, Fixed] = {
        "kernel": kernel,
        "stride": step.integers("strides", (1,) * len(kernel)),
        "pads": pads,
        "same": same,
        "ceil": bool(step.integer("ceil_mode", 0)),
    }
    return Call(pool_largest, source.operands, keywords)


def _mean(source: Source) -> Call:
    step = source.step
    kernel = step.integers("kernel_shape")
    pads, same = _padding(step)
    if same or pads[:2] != pads[2:]:
        raise step.wrong("padding")
    keywords: dict[str, Fixed] = {
        "kernel_size": kernel,
        "stride": step.integers("strides", (1,) * len(kernel)),
        "padding": pads[:2],
        "ceil_mode": bool(step.integer("ceil_mode", 0)),
        "count_include_pad": bool(step.integer("count_include_pad", 0)),
    }
    return Call(torch.nn.functional.avg_pool2d, source.operands, keywords)


def _padding(step: Step) -> tuple[tuple[int, ...], str]:
    """The padding at the top, left, bottom and right; and the mode of padding to the same size, or an empty text."""
    mode = step.text("auto_pad", "NOTSET")
    pads = step.integers("pads", (0, 0, 0, 0))
    if mode not in ("NOTSET", "VALID", *_SAME) or len(pads) != 4:
        raise step.wrong("padding")
    return (0, 0, 0, 0) if mode == "VALID" else pads, mode if mode in _SAME else ""


WINDOWS: dict[str, Build] = {
    "AveragePool": _mean,
    "Conv": _convolution,
    "ConvTranspose": _transposed_convolution,
    "GlobalAveragePool": lambda source: Call(average, source.operands),
    "MaxPool": _largest,
}
