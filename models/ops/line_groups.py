"""Decides the padded width of each line of a page.

The recogniser sees the padding, so the padded width has an effect on the result. It is decided here, and it depends on
the line's own page only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.config import Padding
from models.ops.resize import MAX_LINE_WIDTH, line_widths

WIDTH_LADDER = (320, 480, 640, 960, 1280, 1600, 2240, MAX_LINE_WIDTH)
"""The padded widths of the ``bucket`` policy, in pixels. They are few, so that a kernel can be prepared for each."""

TIGHT_STEP = 32
"""The padded widths of the ``tight`` policy are multiples of this, in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class LineGroup:
    """Lines of one page that are padded to one width.

    Attributes:
        width: padded width in pixels.
        lines: indices into the page's crops.
        text_widths: width of each line's own pixels.
        width_ratios: each line's width/height, divided by the greatest one of the group or, if that is more, by the
            model's nominal one. Word boxes are spread over this share of the time steps.
    """

    width: int
    lines: tuple[int, ...]
    text_widths: tuple[int, ...]
    width_ratios: tuple[float, ...]


def plan_groups(
    sizes: Sequence[tuple[int, int]], image_shape: tuple[int, int, int], padding: Padding, group_size: int
) -> list[LineGroup]:
    """Group a page's lines.

    ``reference``: lines are sorted by width/height and put into groups of ``group_size``. Each group is padded to its
    widest line. ``bucket``: each line is padded to the next step of `WIDTH_LADDER`; lines of one step form a group.
    ``tight``: each line is padded to the next multiple of `TIGHT_STEP`, and short lines may stay below the model's
    nominal width.

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
    """The padded width of a single line.

    Args:
        widths: the text's own width and the least padded one, from `line_widths`.
        padding: the policy.
    """
    text, padded = widths
    if padding == "reference":
        return padded
    if padding == "tight":
        return -(-text // TIGHT_STEP) * TIGHT_STEP
    return next(step for step in WIDTH_LADDER if step >= padded)
