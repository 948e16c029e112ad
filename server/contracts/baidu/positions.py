"""Positions in the submitted image, however it was rotated to be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from models.characters import character_quads
from models.document import PageResult, TextLine
from models.languages.scripts import detect_script
from server.contracts.baidu.request import Call
from server.contracts.base import Json

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The submitted image.

    Attributes:
        width: pixels.
        height: pixels.
        angle: degrees counter-clockwise that it was rotated by to be read.
    """

    width: int
    height: int
    angle: int

    @classmethod
    def of(cls, page: PageResult) -> "Frame":
        """The frame of a page, which must not have been unwarped."""
        height, width = page.preprocessed.image.shape[:2]
        angle = max(0, page.preprocessed.angle)
        return cls(height, width, angle) if angle in (90, 270) else cls(width, height, angle)

    def point(self, x: float, y: float) -> Point:
        """Convert a point of the rotated image to the submitted one. The result is always inside the image."""
        rotated_back: dict[int, Callable[[], Point]] = {
            0: lambda: (x, y),
            90: lambda: (self.width - y, x),
            180: lambda: (self.width - x, self.height - y),
            270: lambda: (y, self.height - x),
        }
        submitted_x, submitted_y = rotated_back[self.angle]()
        return min(max(submitted_x, 0.0), self.width), min(max(submitted_y, 0.0), self.height)


def line_position(line: TextLine, frame: Frame, call: Call) -> Json:
    """The keys of a line that give its position and the positions of its characters."""
    corners = [frame.point(x, y) for x, y in line.quad.tolist()]
    answer: Json = {"location": _location(corners)}
    if call.vertexes:
        # The detector's box is the smallest rectangle around the text already, so all three are the same.
        vertexes = [{"x": round(x), "y": round(y)} for x, y in corners]
        names = ("vertexes_location", "finegrained_vertexes_location", "min_finegrained_vertexes_location")
        answer |= dict.fromkeys(names, vertexes)
    if call.characters:
        answer["chars"] = _characters(line, frame, call, corners)
    return answer


def _characters(line: TextLine, frame: Frame, call: Call, outer: Sequence[Point]) -> list[Json]:
    """The entries of a line's characters, or of its words if they have Latin letters. Blanks have no entry."""
    quads = [
        [_within(frame.point(x, y), outer) for x, y in zip(quad[::2], quad[1::2], strict=True)]
        for quad in character_quads(line)
    ]
    entries: list[Json] = []
    for start, end in _groups(line.text, call.english_words):
        corners = [corner for quad in quads[start:end] for corner in quad]
        entry: Json = {"char": line.text[start:end], "location": _location(corners)}
        if call.character_probability:
            scores = line.char_scores[start:end]
            entry["char_prob"] = sum(scores) / len(scores)
        entries.append(entry)
    return entries


def _groups(text: str, by_words: bool) -> list[tuple[int, int]]:
    """Begin and end of each entry within a text."""
    groups: list[tuple[int, int]] = []
    for index, character in enumerate(text):
        joins = by_words and bool(groups) and groups[-1][1] == index
        if joins and _in_word(character) and _in_word(text[index - 1]):
            groups[-1] = (groups[-1][0], index + 1)
        elif not character.isspace():
            groups.append((index, index + 1))
    return groups


def _in_word(character: str) -> bool:
    return (character.isascii() and character.isdigit()) or detect_script(character) == "latin"


def _location(corners: Sequence[Point]) -> dict[str, int]:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    left, top = floor(min(xs)), floor(min(ys))
    return {"top": top, "left": left, "width": ceil(max(xs)) - left, "height": ceil(max(ys)) - top}


def _within(point: Point, corners: Sequence[Point]) -> Point:
    """The nearest point in a line's upright box. A character's quad may stick out of it by a pixel."""
    xs, ys = zip(*corners, strict=True)
    return min(max(point[0], min(xs)), max(xs)), min(max(point[1], min(ys)), max(ys))
