"""Operators that move values and do not compute: shapes, orders, pieces, and sampling."""

from math import prod

import torch
from torch import Tensor
from torch.nn import functional

from models.engines.torch.operators.call import Build, Call, Fixed, Source


def reshape(values: Tensor, given: tuple[int, ...] = (), *, shape: tuple[int, ...] = ()) -> Tensor:
    """Change the shape to a computed or a fixed one. 0 keeps the axis at that place, and -1 takes the rest."""
    wanted = given or shape
    return values.reshape([values.shape[axis] if size == 0 else size for axis, size in enumerate(wanted)])


def cut(values: Tensor, *, starts: tuple[int, ...], ends: tuple[int, ...], axes: tuple[int, ...]) -> Tensor:
    """Cut a piece out along some axes. Negative positions count from the end."""
    for start, end, axis in zip(starts, ends, axes, strict=True):
        size = values.shape[axis]
        begin, stop, _ = slice(start, end).indices(size)
        values = values.narrow(axis, begin, max(0, stop - begin))
    return values


def squeeze(values: Tensor, *, axes: tuple[int, ...] | None) -> Tensor:
    """Remove axes of length 1."""
    return values.squeeze() if axes is None else values.squeeze(axes)


def unsqueeze(values: Tensor, *, axes: tuple[int, ...]) -> Tensor:
    """Insert axes of length 1. The axes are positions in the result."""
    for axis in sorted(axes):
        values = values.unsqueeze(axis)
    return values


def concatenate(*values: Tensor, axis: int) -> Tensor:
    """Join along one axis."""
    return torch.cat(values, axis)


def flatten(values: Tensor, *, axis: int) -> Tensor:
    """Reshape to two axes: all axes before ``axis``, and the rest."""
    return values.reshape(prod(values.shape[:axis]), -1)


def pad(values: Tensor, *, pads: tuple[int, ...], mode: str, level: float) -> Tensor:
    """Pad the axes after the first two.

    Args:
        values: the values to pad.
        pads: the padding before and after the last axis, then before and after the last axis but one, and so on.
        mode: ``constant``, ``reflect`` or ``replicate``.
        level: the value of the padding in the mode ``constant``.
    """
    return functional.pad(values, pads, mode, level if mode == "constant" else None)


def enlarge(values: Tensor, *, factors: tuple[float, ...], mode: str, corners: bool | None) -> Tensor:
    """Resize (N, C, H, W) by factors of height and width."""
    return functional.interpolate(values, scale_factor=list(factors), mode=mode, align_corners=corners)


def resize_to(values: Tensor, shape: tuple[int, ...], *, mode: str, corners: bool | None) -> Tensor:
    """Resize to a height and width, which are the last two axes of a shape."""
    return functional.interpolate(values, size=list(shape[-2:]), mode=mode, align_corners=corners)


def _reshape(source: Source) -> Call:
    if source.step.integer("allowzero", 0):
        raise source.step.wrong("allowzero")
    shape = source.graph.constant(source.given(1))
    if shape is None:
        return Call(reshape, source.operands)
    return Call(reshape, (source.given(0),), {"shape": tuple(int(size) for size in shape)})


def _transpose(source: Source) -> Call:
    return Call(torch.permute, source.operands, {"dims": source.step.integers("perm")})


def _slice(source: Source) -> Call:
    starts, ends = source.fixed_integers(1, "starts"), source.fixed_integers(2, "ends")
    steps = source.fixed_integers(4, "steps")
    if starts is None or ends is None or (steps is not None and set(steps) != {1}):
        raise source.step.wrong("range")
    axes = source.fixed_integers(3, "axes") or tuple(range(len(starts)))
    return Call(cut, (source.given(0),), {"starts": starts, "ends": ends, "axes": axes})


def _squeeze(source: Source) -> Call:
    return Call(squeeze, (source.given(0),), {"axes": source.fixed_integers(1, "axes")})


def _unsqueeze(source: Source) -> Call:
    return Call(unsqueeze, (source.given(0),), {"axes": source.fixed_integers(1, "axes")})


def _concatenate(source: Source) -> Call:
    return Call(concatenate, source.operands, {"axis": source.step.integer("axis", 0)})


def _flatten(source: Source) -> Call:
    return Call(flatten, source.operands, {"axis": source.step.integer("axis", 1)})


def _pad(source: Source) -> Call:
    step = source.step
    mode = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}.get(step.text("mode", "constant"))
    pads = source.fixed_integers(1, "pads")
    level = source.fixed(2)
    if mode is None or pads is None or source.given(3):
        raise step.wrong("mode")
    rank = len(pads) // 2
    if any(pads[axis] or pads[rank + axis] for axis in (0, 1)):
        raise step.wrong("axes")
    sides = tuple(side for axis in range(rank - 1, 1, -1) for side in (pads[axis], pads[rank + axis]))
    keywords: dict[str, Fixed] = {"pads": sides, "mode": mode, "level": 0.0 if level is None else float(level.item())}
    return Call(pad, (source.given(0),), keywords)


def _resize(source: Source) -> Call:
    step = source.step
    mode = {"nearest": "nearest", "linear": "bilinear"}.get(step.text("mode", "nearest"))
    placing = step.text("coordinate_transformation_mode", "half_pixel")
    plain = (mode, placing, step.text("nearest_mode", "round_prefer_floor")) == ("nearest", "asymmetric", "floor")
    if mode is None or not (plain or (mode == "bilinear" and placing in ("align_corners", "half_pixel"))):
        raise step.wrong("mode")
    keywords: dict[str, Fixed] = {"mode": mode, "corners": None if plain else placing == "align_corners"}
    factors = source.graph.constant(source.given(2))
    if factors is not None and factors.size == 4 and (factors[:2] == 1).all():
        # In bilinear mode, the factors decide where pixels lie. With sizes, torch's default does the same as ONNX.
        return Call(enlarge, (source.given(0),), {**keywords, "factors": tuple(float(each) for each in factors[2:])})
    if source.given(3) and source.graph.constant(source.given(3)) is None:
        return Call(resize_to, (source.given(0), source.given(3)), keywords)
    raise step.wrong("size")


def _sample_grid(source: Source) -> Call:
    mode = {"linear": "bilinear"}.get(source.step.text("mode", "linear"), source.step.text("mode", "linear"))
    keywords: dict[str, Fixed] = {
        "mode": mode,
        "padding_mode": source.step.text("padding_mode", "zeros"),
        "align_corners": bool(source.step.integer("align_corners", 0)),
    }
    return Call(functional.grid_sample, source.operands, keywords)


ARRANGEMENT: dict[str, Build] = {
    "Concat": _concatenate,
    "Flatten": _flatten,
    "GridSample": _sample_grid,
    "Pad": _pad,
    "Reshape": _reshape,
    "Resize": _resize,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
