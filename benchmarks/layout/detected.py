"""The lines of a page as a faultless recogniser gives them, in boxes such as the detector makes.

The detector cares for white, not for columns: where a gutter is narrow, many of its boxes go across. So lines side by
side are joined into one where the white between them is narrow, unless a rule stands in it. No letter is misread, and
each character says where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.layout.document import Document
from benchmarks.layout.picture import place
from benchmarks.layout.sheet import Box, Run, Sheet, text_width
from models.document import TextLine

_MARGIN = 0.17
"""A box is larger than its letters on every side, by this share of their height."""
_SAME_ROW = 0.6
_SAME_SIZE = 1.35


@dataclass(frozen=True, slots=True)
class _Seen:
    """A box with its text and the places of its characters, in points."""

    runs: tuple[Run, ...]

    @property
    def box(self) -> Box:
        boxes = [run.box for run in self.runs]
        return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)


def true_lines(document: Document, number: int) -> tuple[TextLine, ...]:
    """The lines of a page, from top to bottom."""
    sheet, manner = document.pages[number], document.manner
    rng = np.random.default_rng([document.seed, 77, number])
    level = [_Seen((run,)) for run in sheet.runs if run.way == "right"]
    seen = _joined(level, sheet, manner.merge, manner.merged_share, rng)
    seen += [_Seen((run,)) for run in sheet.runs if run.way != "right"]
    lines = [_line(each, sheet, manner.degrees) for each in seen]
    return tuple(sorted(lines, key=lambda line: (int(line.quad[0, 1]), int(line.quad[0, 0]))))


def _joined(seen: list[_Seen], sheet: Sheet, merge: float, share: float, rng: np.random.Generator) -> list[_Seen]:
    """Join what stands side by side with little white between. Where this happens is left to chance."""
    joined: list[_Seen] = []
    for each in sorted(seen, key=lambda each: (each.box[0], each.box[1])):
        left = next((other for other in joined if _meets(other, each, merge, sheet)), None)
        if left is None or rng.random() > share:
            joined.append(each)
            continue
        joined.remove(left)
        joined.append(_Seen((*left.runs, *each.runs)))
    return joined


def _meets(left: _Seen, right: _Seen, merge: float, sheet: Sheet) -> bool:
    a, b = left.runs[-1], right.runs[0]
    low, high = a.box[2], b.box[0]
    if not -0.2 * a.size <= high - low <= merge * min(a.size, b.size):
        return False
    shared = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    if shared < _SAME_ROW * min(a.box[3] - a.box[1], b.box[3] - b.box[1]):
        return False
    if max(a.size, b.size) > _SAME_SIZE * min(a.size, b.size):
        return False
    middle = (a.box[1] + a.box[3]) / 2
    return not any(
        stroke.x0 == stroke.x1 and low - 1 <= stroke.x0 <= high + 1 and stroke.y0 <= middle <= stroke.y1
        for stroke in sheet.strokes
    )


def _line(seen: _Seen, sheet: Sheet, degrees: float) -> TextLine:
    x0, y0, x1, y1 = seen.box
    run = seen.runs[0]
    margin = _MARGIN * (min(x1 - x0, y1 - y0) if run.way != "right" else y1 - y0)
    x0, y0, x1, y1 = x0 - margin, y0 - margin, x1 + margin, y1 + margin
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    quad = np.round(place(sheet, degrees, corners)).astype(np.int32)
    text, positions = _characters(seen.runs, x0, x1) if run.way == "right" else (run.text, _evenly(run.text))
    direction = "up" if run.way == "up" else None
    return TextLine(text, 0.99, quad, (0.99,) * len(text), (), positions, direction)  # type: ignore[arg-type]


def _characters(runs: Sequence[Run], x0: float, x1: float) -> tuple[str, tuple[float, ...]]:
    """The text of runs side by side, and the middle of each character as a share of the box."""
    text, middles = "", []
    for run in runs:
        if text:
            middles.append((middles[-1] + run.x) / 2)
            text += " "
        x = run.x
        for character in run.text:
            width = text_width(character, run.font, run.size) + (run.space if character == " " else 0.0)
            middles.append(x + width / 2)
            x += width
        text += run.text
    return text, tuple((middle - x0) / (x1 - x0) for middle in middles)


def _evenly(text: str) -> tuple[float, ...]:
    return tuple((number + 0.5) / len(text) for number in range(len(text)))
