"""Normalisations: what of a text does not count when two texts are compared.

A ranking that changes with the normalisation is told, so every one of them has a name and says what it does.
"""

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

OUTER_PUNCTUATION = string.punctuation + "“”‘’–—…·•，。：；！？（）《》【】、"
"""Punctuation that is cut from both ends of a word."""
_UNSPACED = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han and Kana are written without spaces: each of these characters is a word."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")

Punctuation = Literal["kept", "outer", "dropped"]


@dataclass(frozen=True, slots=True)
class Normalisation:
    """What does not count.

    Attributes:
        name, title: as files and tables name it.
        width: full-width and half-width forms are the same (Unicode NFKC); else NFC alone.
        case: capital and small letters are the same.
        punctuation: ``outer``: words are compared without punctuation at their ends, and texts with it. ``dropped``:
            characters of Unicode's categories P are left out everywhere.
        script: traditional characters become simplified ones (OpenCC, ``t2s``).
        spaces: white space is left out; else each run of it is one space. It does not matter to words.
    """

    name: str
    title: str
    width: bool = False
    case: bool = False
    punctuation: Punctuation = "kept"
    script: bool = False
    spaces: bool = False

    def text(self, text: str) -> str:
        """Return the text as it is compared, on one line."""
        text = self._characters(text)
        if self.punctuation == "dropped":
            text = _without_punctuation(text)
        return ("" if self.spaces else " ").join(text.split())

    def words(self, text: str) -> list[str]:
        """Return the words as they are compared: split at white space; of Han and Kana, each character is a word."""
        words = tokens(self._characters(text))
        if self.punctuation == "outer":
            words = [word.strip(OUTER_PUNCTUATION) for word in words]
        elif self.punctuation == "dropped":
            words = [_without_punctuation(word) for word in words]
        return [word for word in words if word]

    def _characters(self, text: str) -> str:
        text = unicodedata.normalize("NFKC" if self.width else "NFC", text)
        if self.script:
            text = _simplified(text)
        return text.lower() if self.case else text


AS_READ = Normalisation("as_read", "as read")
STANDARD = Normalisation("standard", "width, case, outer punctuation", width=True, case=True, punctuation="outer")
"""The normalisation of every figure that names none."""
NORMALISATIONS = (
    AS_READ,
    Normalisation("width", "width", width=True),
    Normalisation("case", "width, case", width=True, case=True),
    STANDARD,
    Normalisation("letters", "width, case, all punctuation", width=True, case=True, punctuation="dropped"),
    Normalisation(
        "script",
        "width, case, all punctuation, traditional and simplified",
        width=True,
        case=True,
        punctuation="dropped",
        script=True,
    ),
    Normalisation(
        "spaces",
        "width, case, all punctuation, traditional and simplified, spaces",
        width=True,
        case=True,
        punctuation="dropped",
        script=True,
        spaces=True,
    ),
)


def tokens(text: str) -> list[str]:
    """Split a text at white space; of Han and Kana, each character is a token."""
    return _WORD.findall(text)


def _without_punctuation(text: str) -> str:
    return "".join(character for character in text if not unicodedata.category(character).startswith("P"))


def _simplified(text: str) -> str:
    return _converter().convert(text) if not text.isascii() else text


@cache
def _converter():  # type: ignore[no-untyped-def]  # OpenCC ships no types
    from opencc import OpenCC  # noqa: PLC0415  its dictionaries take a moment, and few plans need them

    return OpenCC("t2s")
