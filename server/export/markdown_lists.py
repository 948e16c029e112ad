"""Finds the lists of a page: paragraphs after each other that begin with marks of one kind become items in Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

_BULLET = re.compile(r"(?P<mark>[•·▪◦●○■□➢✓*–—-])\s+(?=\S)")
_NUMBER = re.compile(r"(?P<number>\d{1,3})(?P<mark>[.)])\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list.

    Attributes:
        marker: as Markdown writes it: ``-``, or a number with its dot or bracket.
        text: without the mark.
    """

    marker: str
    text: str


@dataclass(frozen=True, slots=True)
class _Marked:
    """A paragraph with its mark. Items of one list have the same kind, and each number is one more."""

    kind: str
    item: Item | None


def list_items(texts: Sequence[str]) -> list[Item | None]:
    """Tell which paragraphs are items of lists.

    Args:
        texts: the paragraphs of a page in reading order; empty for what is none, such as a title or a table.

    Returns:
        For each, its item; None if it is a paragraph. A list has at least two items, and its numbers count.
    """
    found: list[Item | None] = []
    for kind, group in groupby((_marked(number, text) for number, text in enumerate(texts)), lambda each: each.kind):
        items = [each.item for each in group]
        found.extend(items if kind and len(items) > 1 else [None] * len(items))
    return found


def _marked(place: int, text: str) -> _Marked:
    """A paragraph with its mark. The numbers of one list less their places are all the same."""
    if number := _NUMBER.match(text):
        value = int(number["number"])
        return _Marked(f"{value - place}{number['mark']}", Item(f"{value}{number['mark']}", text[number.end() :]))
    if bullet := _BULLET.match(text):
        return _Marked(bullet["mark"], Item("-", text[bullet.end() :]))
    return _Marked("", None)
