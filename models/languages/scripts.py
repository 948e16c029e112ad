"""Detects the script of a recognised text, and roughly its language, by Unicode ranges alone."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

Script = Literal["latin", "han", "kana", "hangul", "cyrillic", "greek", "arabic", "thai", "devanagari", "none"]
Language = Literal["english", "japanese", "korean", "chinese"]

_RANGES: tuple[tuple[int, int, Script], ...] = (
    (0x41, 0x5A, "latin"),
    (0x61, 0x7A, "latin"),
    (0xC0, 0xD6, "latin"),
    (0xD8, 0xF6, "latin"),
    (0xF8, 0x24F, "latin"),
    (0x370, 0x3FF, "greek"),
    (0x400, 0x52F, "cyrillic"),
    (0x600, 0x6FF, "arabic"),
    (0x750, 0x77F, "arabic"),
    (0x900, 0x97F, "devanagari"),
    (0xE00, 0xE7F, "thai"),
    (0x1100, 0x11FF, "hangul"),
    (0x1E00, 0x1EFF, "latin"),
    (0x3041, 0x309F, "kana"),
    (0x30A1, 0x30FA, "kana"),
    (0x3130, 0x318F, "hangul"),
    (0x3400, 0x4DBF, "han"),
    (0x4E00, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, "han"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFC, "arabic"),
    (0xFF66, 0xFF9D, "kana"),
    (0x20000, 0x323AF, "han"),
)
"""First and last code point of the letters of a script. Digits, punctuation and symbols belong to no script here."""

_EAST_ASIAN: tuple[Script, ...] = ("han", "kana", "hangul")
_EAST_ASIAN_WEIGHT = 2
"""A Chinese, Japanese or Korean word has about two characters, a word of an alphabet about five."""

_SIGNIFICANT = 0.1
"""Japanese mixes kana into Han characters, and Korean mixes in Hangul. From this share on, they decide the script."""

_FOREIGN_LETTERS = 0.02
"""English has hardly any letters outside ASCII. A text with more than this share of them is in another language."""


def detect_script(text: str) -> Script:
    """The script of most of a text; ``none`` if it has no letters.

    Han characters with a significant share of kana are ``kana`` (Japanese). With a significant share of Hangul they are
    ``hangul`` (Korean).
    """
    counts = Counter(_script(character) for character in text)
    east_asian = sum(counts[script] for script in _EAST_ASIAN)
    others: list[Script] = [script for script in get_args(Script) if script not in (*_EAST_ASIAN, "none")]
    most = max(others, key=lambda script: counts[script])
    if not east_asian and not counts[most]:
        return "none"
    if counts[most] > east_asian * _EAST_ASIAN_WEIGHT:
        return most
    if counts["hangul"] >= max(counts["kana"], east_asian * _SIGNIFICANT):
        return "hangul"
    return "kana" if counts["kana"] >= east_asian * _SIGNIFICANT else "han"


def detect_language(texts: Iterable[str]) -> Language | None:
    """The language of recognised lines, as far as their script shows it; None if it does not.

    Latin letters count as English unless too many of them are outside ASCII. So another language that uses only plain
    letters counts as English too.
    """
    text = "".join(texts)
    script = detect_script(text)
    if script == "latin":
        letters = [character for character in text if _script(character) == "latin"]
        foreign = sum(not character.isascii() for character in letters)
        return "english" if foreign <= _FOREIGN_LETTERS * len(letters) else None
    languages: dict[Script, Language] = {"han": "chinese", "kana": "japanese", "hangul": "korean"}
    return languages.get(script)


def _script(character: str) -> Script:
    code = ord(character)
    return next((script for first, last, script in _RANGES if first <= code <= last), "none")
