"""Cuts lines at the vertical rules of tables: a box over two cells becomes two lines."""

from collections.abc import Sequence
from dataclasses import replace

from models.document import TextLine
from models.layout.cutting import CutLines, Interval, divided
from models.layout.frame import Span
from models.layout.rivers import River
from models.layout.rules import Rule, Rules

_HIGHER = 1.6
"""A rule that cuts a line is at least so many times as high as the line. What is lower is a letter, or a mark."""
_INSIDE = 0.45
"""It lies at least so far inside the line's box, in heights of the line."""

_Part = tuple[Span, TextLine]


def cut_at_rules(cut: CutLines, rules: Rules) -> CutLines:
    """Cut the lines of a page at the vertical rules that go through them.

    Args:
        cut: the lines of the page.
        rules: the rules of the page.
    """
    upright = sorted(rules.vertical, key=lambda rule: rule.at)
    if not upright:
        return cut
    spans = {span.index: span for span in cut.frame.spans}
    after: list[TextLine] = []
    sources: list[int] = []
    placed: list[Span] = []
    room: dict[int, Interval] = {}
    for index, (line, source) in enumerate(zip(cut.lines, cut.sources, strict=True)):
        span = spans.get(index)
        for part, text in _parts(span, line, upright) if span else [(None, line)]:
            if part is not None:
                placed.append(replace(part, index=len(after)))
                room[len(after)] = cut.room[index]
            after.append(text)
            sources.append(source)
    return CutLines(tuple(after), tuple(sources), replace(cut.frame, spans=tuple(placed)), room)


def _parts(span: Span, line: TextLine, upright: Sequence[Rule]) -> list[_Part]:
    """A line as its parts between rules, or whole."""
    parts: list[_Part] = []
    rest = (span, line)
    if len(line.char_positions) != len(line.text) or line.direction not in {None, "right"}:
        return [rest]
    for rule in upright:
        if not _goes_through(rule, rest[0]):
            continue
        at = round(rule.at)
        left, right = divided(*rest, River(at, at + 1, int(span.y0), int(span.y1)))
        if left[0].text and right[0].text:
            parts.append(left)
            rest = right
    return [*parts, rest]


def _goes_through(rule: Rule, span: Span) -> bool:
    inside = _INSIDE * span.size
    height = span.y1 - span.y0
    return (
        span.x0 + inside < rule.at < span.x1 - inside
        and rule.end - rule.start >= _HIGHER * height
        and rule.start <= span.y0 + 0.3 * height
        and rule.end >= span.y1 - 0.3 * height
    )
