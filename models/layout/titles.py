"""Finds titles and their levels. A title is larger than the text, or it is short and numbered or centred."""

import re
from collections.abc import Sequence

import numpy as np

from models.layout.frame import Span
from models.layout.paragraphs import Paragraph

_CLEARLY_LARGER = 1.3
_FAR_LARGER = 1.5
"""The heights of lines are rough, so a long line that fills its column like running text must be larger still."""
_SLIGHTLY_LARGER = 1.13
_MOST_LINES = 3
_LONGEST = 120
"""A title has at most so many characters."""
_LEVEL_STEP = 1.13
"""Titles have the same level if their sizes differ by less than this factor."""
_DEEPEST = 3
_NUMBERED = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+(?-i:[A-Z\u4e00-\u9fff])|\d{1,2}(?:\.\d{1,2}){1,3}\s*[A-Z\u4e00-\u9fff]|"
    r"第[一二三四五六七八九十百\d]{1,4}[章节部篇]|[一二三四五六七八九十]{1,3}、|(?:chapter|section|part|appendix)\s+[\dA-ZIVX])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+[A-Z\u4e00-\u9fff]")
_NAMED = re.compile(
    r"abstract|summary|introduction|conclusions?|references|bibliography|acknowledge?ments?|(?:table of )?contents|"
    r"zusammenfassung|literatur(?:verzeichnis)?|inhalt(?:sverzeichnis)?|摘要|目录|参考文献",
    re.IGNORECASE,
)
"""Titles that need neither a number nor large letters."""
_BULLETS = "•·▪◦●○■□◻➢✓*-–—"
_SENTENCE = 40
"""A title with more characters does not end like a sentence, and is not as wide and small as running text."""
_LEAST_OF_TEXT = 0.97
"""A title in letters of the text is at least so many times as high as the text."""
_MORE_ABOVE = 1.15
"""The white above such a title is so many times the white below it: it belongs to what follows."""
_OF_TEXT, _NEXT_LARGER = 1.06, 1.22
"""Letters of the text are at most so many times as high as the text, and the next larger ones as these."""
_PROSE = 3
"""The text below such a title has at least so many lines."""
_BROKEN_OFF = ("-", "–", "—")
"""A line with such an end continues in the next line."""
_SENTENCE_END = (".", "。", ";", "；", ",", "，", ":", "：")


def body_size(spans: Sequence[Span]) -> float:
    """The height of the page's running text: the median over its lines, weighted by their numbers of characters."""
    if not spans:
        return 1.0
    ordered = sorted(spans, key=lambda span: span.size)
    weights = np.cumsum([len(span.text) for span in ordered])
    return ordered[int(np.searchsorted(weights, weights[-1] / 2))].size


def paragraph_size(paragraph: Paragraph) -> float:
    """The median height of a paragraph's lines."""
    return float(np.median([span.size for span in paragraph]))


def is_title(paragraph: Paragraph, body: float, column: tuple[float, float], *, alone: bool) -> bool:
    """Whether a paragraph is a title.

    Args:
        paragraph: its lines.
        body: height of the running text.
        column: left and right edge of the space that the lines may fill.
        alone: whether the page holds nothing else. A title needs something below it.
    """
    text = " ".join(span.text for span in paragraph)
    if len(paragraph) > _MOST_LINES or not 2 <= len(text) <= _LONGEST or alone or not _has_words(text):
        return False
    if (
        text[0].islower()
        or text[0] in _BULLETS
        or text.endswith(_BROKEN_OFF)
        or (len(text) > _SENTENCE and text.endswith(_SENTENCE_END))
    ):
        return False
    ratio = paragraph_size(paragraph) / body
    if _NAMED.fullmatch(text) and ratio >= 0.9:
        return True
    like_text = len(text) > _SENTENCE and not _is_short(paragraph, column)
    if ratio >= (_FAR_LARGER if like_text else _CLEARLY_LARGER):
        return True
    if len(paragraph) > 1 or text.endswith(_SENTENCE_END):
        return False
    numbered = _NUMBERED.match(text) is not None and _is_short(paragraph, column)
    centred = _is_centred(paragraph, column) and _is_short(paragraph, column)
    return (numbered and ratio >= 0.9) or (ratio >= _SLIGHTLY_LARGER and (centred or _is_short(paragraph, column)))


def title_levels(sizes: Sequence[float]) -> list[int]:
    """The level of each title of a page, by its size. The largest titles have level 1."""
    steps: list[float] = []
    for size in sorted(sizes, reverse=True):
        if not steps or steps[-1] > size * _LEVEL_STEP:
            steps.append(size)
    return [min(_DEEPEST, sum(1 for step in steps if step >= size)) for size in sizes]


def stands_apart(
    above: Paragraph, paragraph: Paragraph, below: Paragraph, body: float, column: tuple[float, float]
) -> bool:
    """Whether a paragraph is a title in letters of the text: a short line between a sentence's end and running text.

    Args:
        above: the paragraph before it in its column.
        paragraph: its lines.
        below: the paragraph after it in its column.
        body: height of the running text.
        column: left and right edge of the space that the lines may fill.
    """
    text = " ".join(span.text for span in paragraph)
    if len(paragraph) > 1 or len(below) < _PROSE or not above or not _is_short(paragraph, column):
        return False
    if not text[:1].isupper() or text.endswith((*_SENTENCE_END, "!", "?")) or not 3 <= len(text) <= _SENTENCE:
        return False
    if not above[-1].text.endswith((".", "!", "?")) or not below[0].text[:1].isupper() or not _has_words(text):
        return False
    # Middles, because the boxes of lines differ in height with their letters.
    before, after = paragraph[0].middle - above[-1].middle, below[0].middle - paragraph[0].middle
    return before >= _MORE_ABOVE * after > 0 and paragraph[0].size >= _LEAST_OF_TEXT * body


def levels_by_number(texts: Sequence[str], levels: Sequence[int]) -> list[int]:
    """Correct levels by the numbers of titles: heights of lines are rough, and "2.1" is one level below "2".

    Args:
        texts: of titles, in reading order.
        levels: of these by their sizes.

    Returns:
        The levels. Titles such as "References" have that of the sections. Without sections, levels stay as they are.
    """
    depths = [_depth(text) for text in texts]
    # The title of the document comes before its sections, and is above them.
    above = int(bool(levels) and depths[0] == 0 and levels[0] == 1)
    sections = [level for level, depth in zip(levels, depths, strict=True) if depth == 1]
    if len(sections) < 2:
        return list(levels)
    first = max(1 + above, min(sections))
    named = [depth or int(_NAMED.fullmatch(text) is not None) for text, depth in zip(texts, depths, strict=True)]
    return [min(_DEEPEST, first + depth - 1) if depth else level for level, depth in zip(levels, named, strict=True)]


def _depth(text: str) -> int:
    """Count the numbers of a title: 2 for "2.1 Method", 0 for one without a number."""
    found = _NUMBER.match(text)
    return found["number"].count(".") + 1 if found else 0


def raised(sizes: Sequence[float], body: float) -> list[float]:
    """The sizes of titles, where one in letters of the text counts as large as the next larger title near it.

    The boxes of equal titles differ in height with their letters.

    Args:
        sizes: heights of titles.
        body: height of the running text.
    """
    found = []
    for size in sizes:
        larger = [other for other in sizes if size < other <= _NEXT_LARGER * size]
        found.append(max(larger) if larger and size <= _OF_TEXT * body else size)
    return found


def _has_words(text: str) -> bool:
    return sum(character.isalpha() for character in text) * 2 >= len(text.replace(" ", "")) or len(text) > 20


def _is_short(paragraph: Paragraph, column: tuple[float, float]) -> bool:
    return max(span.x1 for span in paragraph) - min(span.x0 for span in paragraph) <= 0.75 * (column[1] - column[0])


def _is_centred(paragraph: Paragraph, column: tuple[float, float]) -> bool:
    middle = (min(span.x0 for span in paragraph) + max(span.x1 for span in paragraph)) / 2
    inset = min(span.x0 for span in paragraph) - column[0]
    return abs(middle - (column[0] + column[1]) / 2) <= paragraph[0].size and inset > paragraph[0].size
