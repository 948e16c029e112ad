"""The contract's language names, which are those of ABBYY's products, and the recognisers that read them."""

from collections.abc import Sequence

from models.errors import InvalidOption
from models.languages.groups import recogniser_for
from server.contracts.file_task.errors import BadParameter

DEFAULT = "ChinesePRC"
DIGITS = "Digits"

NAMES = {
    "ChinesePRC": "chinese", "ChineseTaiwan": "chinese_traditional", "English": "english", "Digits": "digits",
    "Japanese": "japanese", "JapaneseModern": "japanese", "Korean": "korean", "KoreanHangul": "korean",
    "French": "french", "German": "german", "GermanNewSpelling": "german", "GermanLuxembourg": "german",
    "Spanish": "spanish", "Italian": "italian", "PortugueseStandard": "portuguese",
    "PortugueseBrazilian": "portuguese", "Danish": "danish", "Dutch": "dutch", "DutchBelgian": "dutch",
    "Norwegian": "norwegian", "NorwegianBokmal": "norwegian", "NorwegianNynorsk": "norwegian", "Swedish": "swedish",
    "Finnish": "finnish", "Icelandic": "icelandic", "Estonian": "estonian", "Lithuanian": "lithuanian",
    "Polish": "polish", "Czech": "czech", "Slovak": "slovak", "Slovenian": "slovenian", "Croatian": "croatian",
    "Hungarian": "hungarian", "Albanian": "albanian", "Turkish": "turkish", "Catalan": "catalan", "Latin": "latin",
    "Romanian": "romanian", "Latvian": "latvian", "Indonesian": "indonesian", "Malay": "malay",
    "SerbianLatin": "croatian", "Russian": "russian", "Ukrainian": "ukrainian", "Byelorussian": "belarusian",
    "Bulgarian": "bulgarian", "SerbianCyrillic": "serbian", "Macedonian": "macedonian", "Kazakh": "kazakh",
    "Kirgiz": "kyrgyz", "Mongol": "mongolian", "Tajik": "tajik", "Tatar": "tatar", "Arabic": "arabic",
    "ArabicSaudiArabia": "arabic", "Farsi": "persian", "Thai": "thai", "Greek": "greek", "Hindi": "hindi",
    "Vietnamese": "vietnamese",
}  # fmt: skip
"""Our language by the contract's case-sensitive name. Serbian in Latin script has the letters of Croatian."""


def parse_languages(field: str) -> tuple[str, ...]:
    """Parse the ``language`` field: names with commas between. A comma at the end is allowed; repeats count once.

    Raises:
        BadParameter: a name is unknown or missing.
    """
    names = [name.strip() for name in (field.strip() or DEFAULT).removesuffix(",").split(",")]
    if unknown := [name for name in names if name not in NAMES]:
        raise BadParameter(
            f"language: '{unknown[0][:40]}' is not a language of this interface. Names are case-sensitive and "
            f"separated by commas, for example '{DEFAULT},English'."
        )
    return tuple(dict.fromkeys(names))


def group_of(names: Sequence[str]) -> str:
    """The recogniser group that reads all these languages.

    Raises:
        BadParameter: there is none.
    """
    try:
        return recogniser_for([NAMES[name] for name in names])
    except InvalidOption as error:
        raise BadParameter(str(error)) from error
