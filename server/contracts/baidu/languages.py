"""Baidu's ``language_type`` and its numbers for detected languages."""

from collections.abc import Iterable

from models.errors import InvalidOption
from models.languages.groups import detect_language, recogniser_for
from server.contracts.baidu.errors import INVALID_PARAM, Refused

GENERAL: dict[str, tuple[str, ...]] = {
    "CHN_ENG": ("chinese", "english"),
    "ENG": ("english",),
    "JAP": ("japanese",),
    "KOR": ("korean",),
    "FRE": ("french",),
    "SPA": ("spanish",),
    "POR": ("portuguese",),
    "GER": ("german",),
    "ITA": ("italian",),
    "RUS": ("russian",),
}
"""The languages of each ``language_type`` that all APIs take."""

ACCURATE: dict[str, tuple[str, ...]] = {
    **GENERAL,
    "auto_detect": (),
    "DAN": ("danish",),
    "DUT": ("dutch",),
    "MAL": ("malay",),
    "SWE": ("swedish",),
    "IND": ("indonesian",),
    "POL": ("polish",),
    "ROM": ("romanian",),
    "TUR": ("turkish",),
    "GRE": ("greek",),
    "HUN": ("hungarian",),
    "THA": ("thai",),
    "VIE": ("vietnamese",),
    "ARA": ("arabic",),
    "HIN": ("hindi",),
}
"""The languages of each ``language_type`` of the accurate APIs. ``auto_detect`` is the configured recogniser."""

_NUMBERS = {"english": 0, "japanese": 1, "korean": 2, "chinese": 3}
_UNKNOWN = -1


def recogniser_group(language_type: str, accurate: bool) -> str | None:
    """The recogniser group of a ``language_type``; None for the configured recogniser.

    Raises:
        Refused: the API does not take it, or no recogniser reads the language.
    """
    languages = (ACCURATE if accurate else GENERAL).get(language_type)
    if languages is None:
        raise Refused(INVALID_PARAM)
    try:
        return recogniser_for(languages) if languages else None
    except InvalidOption as error:
        raise Refused(INVALID_PARAM) from error


def language_number(texts: Iterable[str]) -> int:
    """Baidu's number for the language of recognised lines; -1 if it is unknown."""
    language = detect_language(texts)
    return _UNKNOWN if language is None else _NUMBERS[language]
