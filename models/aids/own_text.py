"""Reads a page that has text of its own: only what that text does not cover is recognised."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from models.aids.page_text import PageText
from models.characters import character_quads
from models.document import Image, OwnText, Quad, TextBox, TextLine, Word
from models.ops.reading_order import sort_boxes
from models.ops.word_boxes import split_text
from models.options import OcrOptions

COVERED = 0.5
"""A box of which this share lies on the page's own text is what was left of that text when it was painted over."""
BORDER = 2
"""Pixels around a line, whose colour is the paper's."""


def text_of_own(own: OwnText, options: OcrOptions) -> PageText:
    """The text of a page that has all of it of its own."""
    return with_own_text(own, PageText((), (), ()), options)


def with_own_text(own: OwnText, read: PageText, options: OcrOptions) -> PageText:
    """Put together the own text of a page and what was recognised beside it.

    Args:
        own: of the page.
        read: what was recognised after `painted_over`.
        options: effective options.
    """
    own_lines = [_with_words(line) if options.return_word_box else line for line in own.lines]
    known = [cv2.boundingRect(line.quad) for line in own_lines]
    angle = 0 if options.use_textline_orientation else -1
    items: dict[int, tuple[TextBox, int, TextLine | None, int | None]] = {}
    for line in own_lines:
        box = TextBox(line.quad, 1.0)
        upside_down = options.use_textline_orientation and line.direction == "left"
        items[id(box)] = box, 1 if upside_down else angle, line, None
    for box, found, number in zip(read.boxes, read.angles, _numbers_of_lines(read), strict=True):
        if not _is_covered(box.quad, known):
            items[id(box)] = box, found, None if number is None else read.lines[number], number
    ordered = [items[id(box)] for box in sort_boxes(item[0] for item in items.values())]
    lines = [(line, number) for _, _, line, number in ordered if line is not None]
    places = {number: place for place, (_, number) in enumerate(lines) if number is not None}
    warnings = tuple(
        (code, None if number is None else places[number])
        for code, number in read.warnings
        if number is None or number in places
    )
    boxes, angles = tuple(item[0] for item in ordered), tuple(item[1] for item in ordered)
    return PageText(boxes, angles, tuple(line for line, _ in lines), warnings)


def painted_over(image: Image, lines: Sequence[TextLine]) -> Image:
    """The picture of a page without the given lines. Each takes the colour of the paper around it."""
    painted = image.copy()
    height, width = image.shape[:2]
    for line in lines:
        x, y, wide, high = cv2.boundingRect(line.quad)
        left, top = max(0, x - BORDER), max(0, y - BORDER)
        right, bottom = min(width, x + wide + BORDER), min(height, y + high + BORDER)
        if right <= left or bottom <= top:
            continue
        around = image[top:bottom, left:right]
        edges = np.concatenate((around[0], around[-1], around[:, 0], around[:, -1]))
        colour = np.median(edges, axis=0)
        cv2.fillPoly(painted, [np.asarray(line.quad, np.int32)], [float(value) for value in colour])
    return painted


def _numbers_of_lines(read: PageText) -> Iterator[int | None]:
    """For each box, the number of the line that was read in it. Boxes and lines have one order."""
    number = 0
    for box in read.boxes:
        if number < len(read.lines) and np.array_equal(read.lines[number].quad, box.quad):
            yield number
            number += 1
        else:
            yield None


def _is_covered(quad: Quad, known: Sequence[Sequence[int]]) -> bool:
    x, y, wide, high = cv2.boundingRect(quad)
    covered = 0
    for left, top, across, down in known:
        common = min(x + wide, left + across) - max(x, left), min(y + high, top + down) - max(y, top)
        covered += max(0, common[0]) * max(0, common[1])
    return covered > COVERED * wide * high


def _with_words(line: TextLine) -> TextLine:
    """The line with its words, each in the box of its characters."""
    quads = character_quads(line)
    words, at = [], 0
    for text in split_text(line.text):
        corners = np.array(quads[at : at + len(text)]).reshape(-1, 2)
        (left, top), (right, bottom) = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
        words.append(Word(text, (int(left), int(top), int(right), int(bottom))))
        at += len(text)
    return replace(line, words=tuple(words))
