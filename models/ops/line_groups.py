"""Which lines of a page are recognised at which padded width.

The recogniser sees the padding, so the width that a line is padded to is part of its answer. It is fixed here, from the
line's own page and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.ops.resize import MAX_LINE_WIDTH, line_widths

Padding = Literal["reference", "tight", "bucket"]

WIDTH_LADDER = (320, 480, 640, 960, 1280, 1600, 2240, MAX_LINE_WIDTH)
"""Padded widths of the ``bucket`` policy, in pixels: few enough to prepare a kernel for each."""

TIGHT_STEP = 32
"""Padded widths of the ``tight`` policy are multiples of this, in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class LineGroup:
    """Lines of one page that are padded to one width.

    Attributes:
        width: padded width in pixels.
        lines: indices into the page's crops.
        text_widths: width of each line's own pixels.
        width_ratios: each line's width/height over the greatest of the group (at least the model's nominal one): the
            share of the time steps that word boxes are spread over.
    """

    width: int
    lines: tuple[int, ...]
    text_widths: tuple[int, ...]
    width_ratios: tuple[float, ...]


def plan_groups(
    sizes: Sequence[tuple[int, int]], image_shape: tuple[int, int, int], padding: Padding, group_size: int
) -> list[LineGroup]:
    """Group a page's lines.

    ``reference``: sorted by width/height, in groups of ``group_size``, each padded to its widest line. ``bucket``: each
    line alone, rounded up to the next step of `WIDTH_LADDER`; lines of one step form a group. ``tight``: the same with
    the next multiple of `TIGHT_STEP`, and short lines are not padded to the model's nominal width.

    Args:
        sizes: (height, width) of each crop.
        image_shape: the recogniser's nominal (channels, height, width).
        padding: the policy.
        group_size: only used by ``reference``.
    """
    order = sorted(range(len(sizes)), key=lambda index: sizes[index][1] / sizes[index][0])
    if padding == "reference":
        chunks = [order[start : start + group_size] for start in range(0, len(order), group_size)]
    else:
        chunks = _by_step(order, sizes, image_shape, padding)
    return [_group(chunk, sizes, image_shape, padding) for chunk in chunks]


def _by_step(
    order: list[int], sizes: Sequence[tuple[int, int]], image_shape: tuple[int, int, int], padding: Padding
) -> list[list[int]]:
    steps: dict[int, list[int]] = {}
    for index in order:
        steps.setdefault(_step(line_widths(*sizes[index], image_shape), padding), []).append(index)
    return list(steps.values())


def _group(
    chunk: list[int], sizes: Sequence[tuple[int, int]], image_shape: tuple[int, int, int], padding: Padding
) -> LineGroup:
    widths = [line_widths(*sizes[index], image_shape) for index in chunk]
    width = max(_step(both, padding) for both in widths)
    ratios = [sizes[index][1] / sizes[index][0] for index in chunk]
    full = max(image_shape[2] / image_shape[1], *ratios) if padding == "reference" else width / image_shape[1]
    return LineGroup(
        width=width,
        lines=tuple(chunk),
        text_widths=tuple(text for text, _ in widths),
        width_ratios=tuple(ratio / full for ratio in ratios),
    )


def _step(widths: tuple[int, int], padding: Padding) -> int:
    """The width that a line of these widths (the text's own, the least padded one) is padded to on its own."""
    text, padded = widths
    if padding == "reference":
        return padded
    if padding == "tight":
        return -(-text // TIGHT_STEP) * TIGHT_STEP
    return next(step for step in WIDTH_LADDER if step >= padded)
