"""Tells whether a hyphen at the end of a line is a word's own, by a list of English words with their frequencies.

The list comes with the package pyspellchecker. It is read when the first such hyphen is met.
"""

import re
from collections.abc import Mapping
from functools import cache

from spellchecker import SpellChecker

_COMMON = 1000
"""A part of a compound is at least so frequent in the list. Rare entries are names, and pieces of words."""
_SHORTEST = 2
_ENGLISH = 0.7
"""A text is English if at least this share of its words is in the list."""
_LOOKED_AT = 30
"""So many words of a text tell its language."""
_WORD = re.compile(r"[^\W\d_]+")


def is_compound(text: str, first: str, second: str) -> bool:
    """Whether two parts, between which a line ends, are a word with a hyphen of its own: "well-" / "known".

    That is so if both are words and the two together are none.

    Args:
        text: what is around them. It tells whether the words are English.
        first: the part before the hyphen.
        second: the part after it.
    """
    words = _words()
    first, second = first.casefold(), second.casefold()
    if min(len(first), len(second)) < _SHORTEST or first + second in words:
        return False
    return min(words.get(first, 0), words.get(second, 0)) >= _COMMON and _is_english(text, words)


def _is_english(text: str, words: Mapping[str, int]) -> bool:
    # The last word is the broken one.
    around = [word.casefold() for word in _WORD.findall(text)][-_LOOKED_AT - 1 : -1]
    return sum(word in words for word in around) >= _ENGLISH * len(around)


@cache
def _words() -> Mapping[str, int]:
    return SpellChecker(language="en", distance=1).word_frequency.dictionary
