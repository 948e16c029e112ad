"""Groups of languages, each read by one recogniser.

A recogniser group is a set of languages that one model reads together. A request names one
(`models.options.OcrOverrides.language`). Contracts translate their own language names to the neutral names here, and
find the group with `recogniser_for`.

A model can only give the letters of its dictionary. The groups below follow the published dictionaries. PP-OCRv5's main
model has no Hangul and no Greek accents. It also lacks Latin letters, such as most capitals with accents, so French or
Polish needs another recogniser. PP-OCRv6's main models have all Latin letters besides Chinese and Japanese. No official
model has the letters of Vietnamese.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters, digits

from models.errors import InvalidOption
from models.languages.scripts import detect_language, detect_script

__all__ = [
    "DEFAULT_GROUP",
    "GROUPS",
    "LANGUAGES",
    "RecogniserGroup",
    "detect_language",
    "detect_script",
    "languages_read_by",
    "recogniser_for",
]

DEFAULT_GROUP = "default"
"""Chinese, Japanese and English: the recogniser of the packaged configuration reads them.

A request without a language gets the configured recogniser, whatever languages that reads.
"""

_V6 = ("PP-OCRv6_small_rec", "PP-OCRv6_medium_rec")
_MAIN = ("PP-OCRv5_mobile_rec", "PP-OCRv5_server_rec", *_V6)

_ASCII = frozenset(("english", "malay", "indonesian", "digits"))
_HAN = frozenset(("chinese", "chinese_traditional", "japanese"))
_LATIN = frozenset((
    "french", "german", "spanish", "portuguese", "italian", "danish", "dutch", "norwegian", "swedish", "finnish",
    "icelandic", "estonian", "lithuanian", "polish", "czech", "slovak", "slovenian", "croatian", "hungarian",
    "albanian", "turkish", "catalan", "latin",
))  # fmt: skip
_LATIN_LETTERS = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĄĆČĎĐĖĘĚĞĮİĹĽŁŃŇŐŒŔŘŚŞŠŤŪŮŰŲŸŹŻŽ"
_EAST_SLAVIC = ("russian", "ukrainian", "belarusian")
_EAST_SLAVIC_LETTERS = "АБВГҐДЕЁЄЖЗИІЇЙЛПУЎФЦЧШЩЪЫЬЭЮЯбвгдёжлпфцщъыьэюяґєіїў"
_CJK_SAMPLE = "的一是不了在人有我他的国國說书書あいうのはをんアイウノンー"
_UNREADABLE = frozenset(("vietnamese",))
"""Languages that contracts name, but whose letters no official recogniser has."""


@dataclass(frozen=True, slots=True)
class RecogniserGroup:
    """Languages that one recogniser reads together.

    Attributes:
        languages: neutral names.
        models: official names of the recognisers that read all of them, the preferred one first.
        letters: a recogniser reads the group only if its dictionary has all of these.
    """

    languages: frozenset[str]
    models: tuple[str, ...]
    letters: str


def _pack(name: str, languages: Sequence[str], letters: str) -> RecogniserGroup:
    """A group with its own official recogniser, which also reads English."""
    return RecogniserGroup(_ASCII | frozenset(languages), (f"{name}_PP-OCRv5_mobile_rec",), letters)


GROUPS: dict[str, RecogniserGroup] = {
    "english": RecogniserGroup(_ASCII, (*_MAIN, "en_PP-OCRv5_mobile_rec"), ascii_letters + digits),
    DEFAULT_GROUP: RecogniserGroup(_ASCII | _HAN, _MAIN, ""),
    "latin": RecogniserGroup(_ASCII | _LATIN, ("latin_PP-OCRv5_mobile_rec", *_V6), _LATIN_LETTERS + "ßàçéñøąłőşż"),
    "eslav": _pack("eslav", _EAST_SLAVIC, _EAST_SLAVIC_LETTERS),
    "cyrillic": _pack(
        "cyrillic",
        (*_EAST_SLAVIC, "bulgarian", "serbian", "macedonian", "kazakh", "kyrgyz", "mongolian", "tajik", "tatar"),
        _EAST_SLAVIC_LETTERS + "ђјљњћџѓќѕәғқңөұүһҷӣӯ",
    ),
    "korean": _pack("korean", ("korean",), "가각나는다라로를리마바사서아의이에자지차카타파하한국어"),
    "thai": _pack("th", ("thai",), "กขคงจชซดตถทนบปผพฟมยรลวศสหอะาำิีึืุูเแโใไ่้๊๋์"),
    "greek": _pack("el", ("greek",), "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψωςάέήίύώϊϋ"),
    "arabic": _pack(
        "arabic", ("arabic", "persian", "urdu", "uyghur", "pashto"), "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژکگی"
    ),
    "devanagari": _pack(
        "devanagari",
        ("hindi", "marathi", "nepali", "sanskrit"),
        "अआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौ्ंः",
    ),
    "tamil": _pack("ta", ("tamil",), "அஆஇஈஉஎஏஐஒகஙசஞடணதநபமயரலவழளறன"),
    "telugu": _pack("te", ("telugu",), "అఆఇఈఉఎఏఐఒకగచజటడణతదనపబమయరలవశసహ"),
    "multilingual": RecogniserGroup(
        _ASCII | _HAN | _LATIN | {"romanian", "latvian"}, _V6, _LATIN_LETTERS + "ĂÂȘȚăâșțĀĒĢĪĶĻŅāēģīķļņ" + _CJK_SAMPLE
    ),
}  # fmt: skip
"""All groups by name, in the order in which they are considered."""

LANGUAGES: frozenset[str] = _UNREADABLE.union(*(group.languages for group in GROUPS.values()))
"""All known language names. This includes `vietnamese`, which no recogniser reads."""


def recogniser_for(languages: Sequence[str]) -> str:
    """The recogniser group that reads all these languages.

    `models.pipeline.OcrPipeline.prepare` finds out whether its model is installed.

    Args:
        languages: neutral names from `LANGUAGES`. Repeats do not matter. Without any, it is the default group.

    Raises:
        InvalidOption: a name is unknown, no recogniser reads a language, or no single one reads all of them.
    """
    wanted = set(languages)
    if unknown := sorted(wanted - LANGUAGES):
        raise InvalidOption("language", f"'{unknown[0]}' is not a known language")
    if not wanted:
        return DEFAULT_GROUP
    for name, group in GROUPS.items():
        if wanted <= group.languages:
            return name
    if unreadable := sorted(wanted & _UNREADABLE):
        raise InvalidOption("language", f"there is no recogniser for {unreadable[0]}")
    together = " and ".join(sorted(wanted))
    raise InvalidOption("language", f"no single recogniser reads {together}; ask for them one by one")


def languages_read_by(model_name: str) -> tuple[str, ...]:
    """The languages that an official recogniser reads, sorted; none for other models."""
    groups = [group.languages for group in GROUPS.values() if model_name in group.models]
    return tuple(sorted(frozenset().union(*groups)))


def lacks(group: str, characters: frozenset[str]) -> bool:
    """Whether a dictionary lacks a letter of a group. Composed and decomposed forms count as the same."""
    known = _composed(characters)
    return any(unicodedata.normalize("NFC", letter) not in known for letter in GROUPS[group].letters)


@lru_cache(maxsize=1)
def _composed(characters: frozenset[str]) -> frozenset[str]:
    """The dictionary in composed form. It is cached: a start asks for one dictionary of 18,000 entries per group."""
    return frozenset(unicodedata.normalize("NFC", entry) for entry in characters)
