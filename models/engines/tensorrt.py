"""The shapes of a model's inputs as TensorRT needs them, for every library that uses it."""

from collections.abc import Sequence
from math import prod

from models.engines.base import BatchShape


def profile(shapes: Sequence[BatchShape]) -> tuple[BatchShape, BatchShape, BatchShape]:
    """An optimisation profile: the smallest, a usual, and the greatest shape.

    Without a profile, every new shape would compile the model again, which takes minutes.

    One profile serves all widths. So its greatest shape has the most lines and the greatest width, although no batch
    has both. A profile for each width would fit better, but it fails: ONNX Runtime's provider compiles several profiles
    and then always runs the first one (https://github.com/microsoft/onnxruntime/pull/31624 would change that).

    Args:
        shapes: every shape that the model will be given; at least one.
    """
    n, c, h, w = zip(*shapes, strict=True)
    usual = sorted(shapes, key=prod)[len(shapes) // 2]
    return (min(n), min(c), min(h), min(w)), usual, (max(n), max(c), max(h), max(w))
