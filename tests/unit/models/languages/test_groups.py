import pytest

from models.errors import InvalidOption
from models.languages.groups import DEFAULT_GROUP, GROUPS, LANGUAGES, lacks, languages_read_by, recogniser_for
from models.options import OcrDefaults, OcrOverrides
from tests.unit.models.model_files import SHIPPED


@pytest.mark.parametrize(
    ("languages", "group"),
    [
        ((), DEFAULT_GROUP),
        (("english",), "english"),
        (("digits",), "english"),
        (("chinese", "english"), DEFAULT_GROUP),
        (("chinese_traditional", "japanese", "english"), DEFAULT_GROUP),
        (("french",), "latin"),
        (("french", "german", "french"), "latin"),
        (("english", "polish"), "latin"),
        (("romanian",), "multilingual"),
        (("chinese", "french"), "multilingual"),
        (("russian",), "eslav"),
        (("russian", "bulgarian"), "cyrillic"),
        (("korean", "english"), "korean"),
        (("thai",), "thai"),
        (("greek",), "greek"),
        (("arabic", "digits"), "arabic"),
        (("hindi",), "devanagari"),
    ],
)
def test_one_recogniser_reads_all_that_is_wanted(languages: tuple[str, ...], group: str) -> None:
    assert recogniser_for(languages) == group


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        (("klingon",), "language: 'klingon' is not a known language"),
        (("English",), "'English' is not a known language"),
        (("vietnamese",), "there is no recogniser for vietnamese"),
        (("english", "vietnamese"), "there is no recogniser for vietnamese"),
        (("korean", "japanese"), "no single recogniser reads japanese and korean"),
        (("thai", "french"), "no single recogniser reads french and thai"),
    ],
)
def test_what_no_recogniser_reads_is_refused_with_its_reason(languages: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidOption, match=message) as caught:
        recogniser_for(languages)
    assert caught.value.option == "language"


def test_every_language_has_a_group_or_is_known_to_have_none() -> None:
    readable = {language for language in LANGUAGES if language != "vietnamese"}
    assert {recogniser_for([language]) for language in readable} <= set(GROUPS)


def test_every_recogniser_of_a_group_can_be_pulled() -> None:
    for group in GROUPS.values():
        for name in group.models:
            assert SHIPPED.models[name].task == "text_recognition"
            assert SHIPPED.models[name].sources_of("onnx")


def test_every_shipped_language_recogniser_belongs_to_a_group() -> None:
    packs = [name for name in SHIPPED.models if name.endswith("_PP-OCRv5_mobile_rec")]
    assert len(packs) == 11
    assert all("english" in languages_read_by(name) for name in packs)


def test_what_a_model_reads() -> None:
    assert languages_read_by("korean_PP-OCRv5_mobile_rec") == ("digits", "english", "indonesian", "korean", "malay")
    assert "vietnamese" not in languages_read_by("PP-OCRv6_small_rec")
    assert languages_read_by("PP-OCRv5_mobile_det") == ()


def test_a_dictionary_must_have_every_letter_of_a_group() -> None:
    latin = frozenset(GROUPS["latin"].letters)
    assert not lacks("latin", latin)
    assert lacks("latin", latin - {"Ł"})
    assert not lacks("latin", (latin - {"É"}) | {"E\u0301"})


def test_a_request_names_a_group() -> None:
    assert OcrDefaults().resolve(OcrOverrides()).language is None
    assert OcrDefaults().resolve(OcrOverrides(language="latin")).language == "latin"
    with pytest.raises(InvalidOption, match="language: must be one of english, default, latin"):
        OcrDefaults().resolve(OcrOverrides(language="french"))
