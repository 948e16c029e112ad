"""Sets paragraphs into columns, and writes down which sentences they hold and in which order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from benchmarks.layout.sheet import FontName, Run, Sheet, text_width
from benchmarks.layout.truth import Sentence, Truth

_SHORTEST_PART = 3
"""At least so many letters of a broken word stand on either line."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set.

    Attributes:
        font, size: of its letters.
        leading: distance of baselines, as a share of the size.
        indent: of its first line, in points. Negative: all other lines are indented.
        after: white below it, in points.
        align: ``justified``, ``left`` or ``centre``.
        hyphens: whether words are broken at line ends.
        marker: stands before the first line, such as a bullet.
    """

    font: FontName = "serif"
    size: float = 10.0
    leading: float = 1.2
    indent: float = 0.0
    after: float = 4.0
    align: str = "justified"
    hyphens: bool = False
    marker: str = ""

    @property
    def pitch(self) -> float:
        """Distance of baselines in points."""
        return self.size * self.leading


@dataclass(frozen=True, slots=True)
class Frame:
    """A place for text on a page: its edges in points."""

    sheet: Sheet
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A line and the part of the paragraph's text that stands on it."""

    text: str
    start: int
    end: int
    last: bool


class Flow:
    """Text that runs through frames, one after the other.

    Args:
        truth: where sentences, headings and their order are written down.
        frames: where the text may stand.
        more: gives further frames when these are full; None if the text must fit.
    """

    def __init__(
        self, truth: Truth, frames: Sequence[Frame], more: Callable[[], Sequence[Frame]] | None = None
    ) -> None:
        self._truth = truth
        self._frames = list(frames)
        self._more = more
        self._at = 0
        self._y = frames[0].y0
        self._last: str | None = None
        self._done = False

    @property
    def frame(self) -> Frame:
        """The frame that is being filled."""
        return self._frames[self._at]

    @property
    def y(self) -> float:
        """The upper edge of what comes next."""
        return self._y

    @property
    def full(self) -> bool:
        """Whether nothing more fits."""
        return self._done

    def skip(self, points: float) -> None:
        """Leave white, or jump over what was drawn."""
        self._y += points

    def next_frame(self) -> None:
        """Go on at the top of the next frame."""
        if self._at + 1 == len(self._frames):
            if self._more is None:
                raise ValueError("what was drawn does not fit into its frames")
            self._frames.extend(self._more())
        self._at += 1
        self._y = self.frame.y0

    def need(self, points: float) -> None:
        """Go to the next frame if this one has less room."""
        if self._y + points > self.frame.y1:
            self.next_frame()

    def paragraph(self, sentences: Sequence[str], style: Style) -> None:
        """Set a paragraph, which may go on in the next frame. Sentences that fit nowhere are left out."""
        sentences = self._fitting(sentences, style)
        if not sentences:
            self._done = True
            return
        between = "" if style.font == "cjk" else " "
        text = between.join(sentences)
        frame_of: dict[int, int] = {}
        lines = _wrapped(text, self.frame.x1 - self.frame.x0, style)
        for number, line in enumerate(lines):
            if number == 0 and len(lines) > 1:
                self.need(2 * style.pitch)
            self.need(style.pitch)
            self._set(line, number, style)
            frame_of[line.start] = self._at
        self._y += style.after
        self._note(sentences, lines, frame_of, len(between))

    def heading(self, text: str, level: int, style: Style) -> None:
        """Set a heading, with room for two lines of text below it. Where it does not fit it is left out."""
        lines = _wrapped(text, self.frame.x1 - self.frame.x0, replace(style, hyphens=False))
        room = (len(lines) + 1) * style.pitch + style.after + 24
        last = self._more is None and self._at + 1 == len(self._frames)
        if self._done or (last and self._y + room > self.frame.y1):
            self._done = True
            return
        self.need(room)
        for number, line in enumerate(lines):
            self._set(line, number, replace(style, align="left" if style.align == "justified" else style.align))
        self._y += style.after
        self._truth.headings.append((text, level))
        self._follow(max((line.text for line in lines), key=len))

    def follow(self, anchor: str) -> None:
        """Note that something that was drawn stands at this place in the order."""
        self._follow(anchor)

    def _fitting(self, sentences: Sequence[str], style: Style) -> Sequence[str]:
        """The first sentences that have room in this frame and the next ones."""
        if self._more is not None:
            return sentences
        room = int((self.frame.y1 - self._y) / style.pitch - 1)
        room += sum(int((frame.y1 - frame.y0) / style.pitch - 1) for frame in self._frames[self._at + 1 :])
        between = "" if style.font == "cjk" else " "
        fit = list(sentences)
        while fit and len(_wrapped(between.join(fit), self.frame.x1 - self.frame.x0, style)) > room:
            fit.pop()
        return fit

    def _follow(self, anchor: str, last: str | None = None) -> None:
        if self._last is not None:
            self._truth.in_order(self._last, anchor)
        self._last = last or anchor

    def _note(self, sentences: Sequence[str], lines: Sequence[_Line], frame_of: dict[int, int], between: int) -> None:
        start, noted = 0, []
        for sentence in sentences:
            end = start + len(sentence)
            anchor, at = _anchor(start, end, lines)
            noted.append((Sentence(sentence, anchor), frame_of[at]))
            start = end + between
        self._truth.sentences.extend(sentence for sentence, _ in noted)
        self._follow(noted[0][0].anchor, noted[-1][0].anchor)
        for (above, first), (below, second) in pairwise(noted):
            if first != second:
                self._truth.in_order(above.anchor, below.anchor)

    def _set(self, line: _Line, number: int, style: Style) -> None:
        frame = self.frame
        width = frame.x1 - frame.x0
        left = _left(number, style)
        natural = text_width(line.text, style.font, style.size)
        x, space = frame.x0 + left, 0.0
        if style.align == "centre":
            x = frame.x0 + (width - natural) / 2
        elif style.align == "justified" and not line.last and " " in line.text:
            space = (width - left - natural) / line.text.count(" ")
        y = self._y + style.size
        if style.marker and number == 0:
            frame.sheet.runs.append(Run(style.marker, frame.x0, y, style.font, style.size))
        frame.sheet.runs.append(Run(line.text, x, y, style.font, style.size, space))
        self._y += style.pitch


def set_lines(text: str, width: float, font: FontName, size: float) -> list[str]:
    """Wrap a text; every line is at most so wide, unless a word is wider."""
    return [line.text for line in _wrapped(text, width, Style(font, size))]


def _left(number: int, style: Style) -> float:
    if style.indent < 0:
        return 0.0 if number == 0 and not style.marker else -style.indent
    return style.indent if number == 0 else 0.0


def _wrapped(text: str, width: float, style: Style) -> list[_Line]:
    if style.font == "cjk":
        return _wrapped_squares(text, width, style)
    lines: list[_Line] = []
    start, at = 0, 0
    while at < len(text):
        room = width - _left(len(lines), style)
        end = at = start
        while True:
            stop = text.find(" ", at)
            stop = len(text) if stop < 0 else stop
            if text_width(text[start:stop], style.font, style.size) > room and end > start:
                break
            end, at = stop, stop + 1
            if end == len(text):
                break
        part = text[start:end]
        if end < len(text) and style.hyphens:
            broken = _break(text, start, end, room, style)
            if broken:
                lines.append(_Line(text[start:broken] + "-", start, broken, last=False))
                start = at = broken
                continue
        lines.append(_Line(part, start, end, end == len(text)))
        start = at = end + 1
    return lines


def _break(text: str, start: int, end: int, room: float, style: Style) -> int:
    """Where the word after a line may be broken so that its first part fits; 0 if it may not."""
    stop = text.find(" ", end + 1)
    stop = len(text) if stop < 0 else stop
    word = text[end + 1 : stop].rstrip(".,()")
    if not word.isalpha() or not word.islower():
        return 0
    for cut in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        if word[cut] in "aeiou" or word[cut - 1] not in "aeiounrlst":
            continue
        at = end + 1 + cut
        if text_width(text[start:at] + "-", style.font, style.size) <= room:
            return at
    return 0


def _wrapped_squares(text: str, width: float, style: Style) -> list[_Line]:
    """Chinese: a line is full when no square fits. A full stop does not begin a line."""
    lines: list[_Line] = []
    start = 0
    while start < len(text):
        fit = int((width - _left(len(lines), style)) / style.size + 0.01)
        end = min(len(text), start + fit)
        if end < len(text) and text[end] in "。，":
            end -= 1
        lines.append(_Line(text[start:end], start, end, end == len(text)))
        start = end
    return lines


def _anchor(start: int, end: int, lines: Sequence[_Line]) -> tuple[str, int]:
    """The longest part of a stretch of text that stands on one line, and where that line starts."""
    best, at = "", lines[0].start
    for line in lines:
        low, high = max(start, line.start), min(end, line.end)
        part = line.text[low - line.start : high - line.start].strip()
        if len(part) > len(best):
            best, at = part, line.start
    return best, at
