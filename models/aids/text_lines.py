"""Makes the lines of a page out of what the recogniser read."""

from collections.abc import Sequence
from dataclasses import replace

from models.aids.missing_spaces import with_missing_spaces
from models.aids.reading import LineReading
from models.document import Image, TextBox, TextLine
from models.ops.bidi import logical_order, logical_text, reads_right_to_left
from models.ops.char_positions import char_positions
from models.ops.word_boxes import word_boxes
from models.reading_aids import WarningCode


def with_spaces(image: Image, kept: Sequence[tuple[TextBox, LineReading]]) -> list[tuple[TextBox, LineReading]]:
    """Put spaces into the gaps of readings of a page, see `models.aids.missing_spaces`."""
    return [
        (box, replace(reading, read=with_missing_spaces(image, reading.region, reading.read))) for box, reading in kept
    ]


def text_lines(
    kept: Sequence[tuple[TextBox, LineReading]], *, right_to_left: bool, with_words: bool
) -> tuple[TextLine, ...]:
    """Make the lines of readings.

    Args:
        kept: each box with its reading.
        right_to_left: whether the recogniser reads a script that is written from right to left.
        with_words: whether each line gets the boxes of its words.
    """
    lines = (_text_line(box, reading, with_words=with_words) for box, reading in kept)
    return tuple(map(_in_logical_order, lines) if right_to_left else lines)


def _text_line(box: TextBox, reading: LineReading, *, with_words: bool) -> TextLine:
    decoded, ratio = reading.read.decoded, reading.read.width_ratio
    words = word_boxes(decoded, box.quad, ratio, reading.direction) if with_words else ()
    positions = char_positions(decoded, ratio, upside_down=reading.region.upside_down)
    return TextLine(decoded.text, decoded.score, box.quad, decoded.char_scores, words, positions, reading.direction)


def warnings_of(
    of_page: Sequence[WarningCode], readings: Sequence[LineReading]
) -> tuple[tuple[WarningCode, int | None], ...]:
    """Give the warnings about a page, and those about its lines with their numbers."""
    of_lines = ((code, line) for line, reading in enumerate(readings) for code in reading.warnings)
    return (*((code, None) for code in of_page), *of_lines)


def _in_logical_order(line: TextLine) -> TextLine:
    """Change a line from the visual order, from left to right, to the order in which it is read."""
    order = logical_order(line.text)
    words = tuple(replace(word, text=logical_text(word.text)) for word in line.words)
    return replace(
        line,
        text=logical_text(line.text),
        char_scores=tuple(line.char_scores[index] for index in order),
        words=words[::-1] if reads_right_to_left(line.text) else words,
        char_positions=tuple(line.char_positions[index] for index in order),
    )
