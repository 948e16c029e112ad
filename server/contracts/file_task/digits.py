"""Reduces a line to its numbers."""

from dataclasses import replace

from models.document import TextLine

PUNCTUATION = frozenset("+-.,:;/%()*#=<>°$€£¥￥−–～~．，：（）％／＋－ ")
"""Characters in and between numbers: signs, separators, those of dates and times, units of money."""


def only_digits(line: TextLine) -> TextLine:
    """Drop every character that is neither a digit nor punctuation of numbers. A line without digits becomes empty."""
    kept = [index for index, character in enumerate(line.text) if character.isdecimal() or character in PUNCTUATION]
    while kept and line.text[kept[0]].isspace():
        del kept[0]
    while kept and line.text[kept[-1]].isspace():
        del kept[-1]
    if not any(line.text[index].isdecimal() for index in kept):
        kept = []
    return replace(
        line,
        text="".join(line.text[index] for index in kept),
        char_scores=_of(line.char_scores, kept),
        char_positions=_of(line.char_positions, kept),
        words=(),
    )


def _of(values: tuple[float, ...], kept: list[int]) -> tuple[float, ...]:
    return tuple(values[index] for index in kept) if values else ()
