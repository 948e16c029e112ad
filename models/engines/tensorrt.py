"""What TensorRT needs to know of a model's inputs, whichever library calls it."""

from collections.abc import Sequence
from math import prod

from models.engines.base import BatchShape


def profile(shapes: Sequence[BatchShape]) -> tuple[BatchShape, BatchShape, BatchShape]:
    """The least, a usual, and the greatest shape: an optimisation profile.

    Without one, every shape beyond those seen before would compile the model again, for minutes.

    One for all widths, so that the most lines and the greatest width meet in it although no batch has both. One profile
    a width would fit closer, and fail: ONNX Runtime's provider compiles several profiles, and then runs on the first
    one whatever the batch (https://github.com/microsoft/onnxruntime/pull/31624 would change that).

    Args:
        shapes: every shape that the model will be given; at least one.
    """
    n, c, h, w = zip(*shapes, strict=True)
    usual = sorted(shapes, key=prod)[len(shapes) // 2]
    return (min(n), min(c), min(h), min(w)), usual, (max(n), max(c), max(h), max(w))
