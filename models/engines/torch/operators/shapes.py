"""Operators on shapes. Shapes are tuples of integers on the host, so no batch waits for the device to know its size."""

from collections.abc import Callable

from torch import Tensor

from models.engines.torch.operators.call import Build, Call, Source

Shape = tuple[int, ...]


def shape_of(values: Tensor) -> Shape:
    """The shape of a batch."""
    return tuple(values.shape)


def part(shape: Shape, *, start: int, end: int) -> Shape:
    """A piece of a shape."""
    return shape[start:end]


def chosen(shape: Shape, *, indices: tuple[int, ...]) -> Shape:
    """Some lengths of a shape."""
    return tuple(shape[index] for index in indices)


def joined(*shapes: Shape) -> Shape:
    """Shapes one after the other."""
    return tuple(length for shape in shapes for length in shape)


def same(shape: Shape) -> Shape:
    """The shape itself. A single length is the same here as a list with one length."""
    return shape


def _part(source: Source) -> Call:
    starts, ends = source.fixed_integers(1, "starts"), source.fixed_integers(2, "ends")
    steps = source.fixed_integers(4, "steps")
    if starts is None or ends is None or len(starts) != 1 or steps not in (None, (1,)):
        raise source.step.wrong("range of a shape")
    return Call(part, (source.given(0),), {"start": starts[0], "end": ends[0]})


def _chosen(source: Source) -> Call:
    indices = source.fixed_integers(1, "indices")
    return Call(chosen, (source.given(0),), {"indices": indices})


def _first(function: Callable[..., object]) -> Build:
    return lambda source: Call(function, (source.given(0),))


SHAPES: dict[str, Build] = {
    "Cast": _first(same),
    "Concat": lambda source: Call(joined, source.operands),
    "Gather": _chosen,
    "Reshape": _first(same),
    "Slice": _part,
    "Squeeze": _first(same),
    "Unsqueeze": _first(same),
}
"""The builders of operators whose input is a shape."""

MEASURE: Build = _first(shape_of)
"""The builder of the operator Shape, the only way from values to a shape."""
