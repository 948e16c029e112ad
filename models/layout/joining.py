"""Joins the texts of lines to one text: with spaces, or without them in scripts that use none."""

import re
from collections.abc import Sequence

from models.layout.english_words import is_compound

_NO_SPACES = re.compile(
    "[\u2e80-\u2fdf\u3000-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uffef\u0e00-\u0e7f\U00020000-\U0003134f]"
)
"""Chinese and Japanese characters and their punctuation, and Thai: scripts without spaces between words."""
_BROKEN_WORD = re.compile(r"(?:^|[\s,;()\[\]{}<>\"'«»‹›“”„‘’‚¿¡—–])([^\W\d_]{2,})[-\u2010]$")
"""A word of letters alone. One that has a hyphen already, as in "state-of-the-", is broken at its own hyphens. Part of
an address is no word."""
_FIRST_PARTS = frozenset(("all", "half", "quasi", "self", "well"))
"""Words after which a hyphen at the end of a line is nearly always their own: "self-" / "service"."""
_LETTERS = re.compile(r"[^\W\d_]+")
_SOFT_HYPHEN = "\u00ad"
_HYPHEN = re.compile(r"\w[-\u2010\u2011]$")


def is_spaceless(character: str) -> bool:
    """Whether a character belongs to a script without spaces between words."""
    return _NO_SPACES.match(character) is not None


def breaks_a_word(text: str, line: str) -> bool:
    """Whether a line ends within a word that the next line goes on with."""
    return line[:1].islower() and (text.endswith(_SOFT_HYPHEN) or _HYPHEN.search(text) is not None)


def join_lines(texts: Sequence[str]) -> str:
    """Join the lines of a paragraph. A word that a hyphen breaks at the end of a line becomes whole again.

    The hyphen is removed only before a small letter; it stays before capitals and digits ("Jean-" / "Luc"). It stays in
    a word that has another hyphen ("state-of-the-" / "art"), after a first part such as "self-", in addresses, and
    between two English words that are none together ("long-" / "term"). A soft hyphen is always removed.
    """
    joined = ""
    for text in (text.strip() for text in texts):
        if text:
            joined = _append(joined, text)
    return joined


def _append(text: str, line: str) -> str:
    if not text:
        return line
    if text.endswith(_SOFT_HYPHEN):
        return text[:-1] + line
    broken = _BROKEN_WORD.search(text)
    if broken and line[0].islower() and not _has_own_hyphen(text, broken[1], line):
        return text[:-1] + line
    if _HYPHEN.search(text) or is_spaceless(text[-1]) or is_spaceless(line[0]):
        return text + line
    return f"{text} {line}"


def _has_own_hyphen(text: str, first: str, line: str) -> bool:
    if first.casefold() in _FIRST_PARTS:
        return True
    second = _LETTERS.match(line)
    return second is not None and is_compound(text, first, second[0])
