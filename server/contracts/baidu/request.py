"""The parameters of one call, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from server.config.contract_settings import ApiName, BaiduSettings
from server.contracts.baidu.errors import INVALID_PARAM, NOT_ENOUGH_PARAM, PARAM_TOO_LONG, Refused
from server.contracts.baidu.fields import Fields
from server.contracts.baidu.languages import recogniser_group

SourceName = Literal["image", "url", "pdf_file"]
SOURCES: tuple[SourceName, ...] = ("image", "url", "pdf_file")
"""By precedence: the first field that is present counts, even if it is empty."""

FLAGS = {"true": True, "false": False}
GRANULARITIES = {"big": False, "small": True}
ENGLISH_GRANULARITIES = {"word": True, "letter": False}
MAX_PAGE_DIGITS = 9
LOCATED = ("general", "accurate", "webimage_loc")
"""The APIs whose lines have positions."""


@dataclass(frozen=True, slots=True)
class Api:
    """One of the APIs. ``webimage`` and ``webimage_loc`` are ``general_basic`` and ``general`` by other names.

    Attributes:
        name: the last part of its address.
        located: whether lines have positions.
        accurate: whether it takes the languages of the accurate APIs.
        max_base64_bytes: largest base64 of a document.
        max_side: longest side of an image, in pixels; larger PDF pages are rendered smaller.
    """

    name: ApiName
    located: bool
    accurate: bool
    max_base64_bytes: int
    max_side: int

    @property
    def path(self) -> str:
        """Its address."""
        return f"/rest/2.0/ocr/v1/{self.name}"


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request.

    Attributes:
        source: the field that holds the document.
        page: 0-based page of a PDF.
        group: recogniser group of the language; None for the configured recogniser.
        probability: give each line's probabilities.
        located: give each line's position.
        vertexes: give the corners of each line.
        characters: give the position of each character.
        english_words: give English text by words and not by letters.
        character_probability: give each character's probability.
    """

    source: SourceName
    page: int
    group: str | None
    detect_direction: bool
    detect_language: bool
    paragraph: bool
    probability: bool
    located: bool
    vertexes: bool = False
    characters: bool = False
    english_words: bool = True
    character_probability: bool = False


def apis(settings: BaiduSettings) -> tuple[Api, ...]:
    """The APIs and their limits."""
    general = (settings.general_max_base64_bytes, settings.general_max_side)
    accurate = (settings.accurate_max_base64_bytes, settings.accurate_max_side)
    return tuple(
        Api(name, name in LOCATED, is_accurate, *(accurate if is_accurate else general))
        for name in get_args(ApiName)
        for is_accurate in (name.startswith("accurate"),)
    )


def check_call(fields: Fields, api: Api) -> Call:
    """Check the parameters. `open_file` checks the document.

    Raises:
        Refused: there is no document, or a parameter is wrong.
    """
    source = next((name for name in SOURCES if name in fields), None)
    if source is None:
        raise Refused(NOT_ENOUGH_PARAM)
    if fields.too_long - {"url"}:
        raise Refused(PARAM_TOO_LONG)
    texts = fields.texts
    language = texts.get("language_type")
    located = api.located
    return Call(
        source=source,
        page=_page(texts.get("pdf_file_num", "1")) if source == "pdf_file" else 0,
        group=None if language is None else recogniser_group(language, api.accurate),
        detect_direction=_flag(texts, "detect_direction"),
        detect_language=_flag(texts, "detect_language"),
        paragraph=_flag(texts, "paragraph"),
        probability=_flag(texts, "probability"),
        located=located,
        vertexes=located and _flag(texts, "vertexes_location"),
        characters=located and _choice(texts, "recognize_granularity", GRANULARITIES, default="big"),
        english_words=not located or _choice(texts, "eng_granularity", ENGLISH_GRANULARITIES, default="word"),
        character_probability=located and _flag(texts, "char_probability"),
    )


def _flag(texts: Mapping[str, str], name: str) -> bool:
    return _choice(texts, name, FLAGS, default="false")


def _choice(texts: Mapping[str, str], name: str, choices: Mapping[str, bool], default: str) -> bool:
    chosen = choices.get(texts.get(name, default).strip().lower())
    if chosen is None:
        raise Refused(INVALID_PARAM)
    return chosen


def _page(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_PAGE_DIGITS and int(digits) >= 1):
        raise Refused(INVALID_PARAM)
    return int(digits) - 1
