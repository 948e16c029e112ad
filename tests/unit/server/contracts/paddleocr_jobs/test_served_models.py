import pytest

from server.config.contract_settings import PaddleOcrJobSettings
from server.contracts.paddleocr_jobs.errors import BadModel
from server.contracts.paddleocr_jobs.served_models import ServedModel, served_model

ALIASES = {"PaddleOCR-VL-1.6": "PP-StructureV3", "PaddleOCR-VL": "PP-OCRv6", "ours": "PP-OCRv5"}


def found(name: str, **settings: object) -> ServedModel:
    return served_model(name, PaddleOcrJobSettings.model_validate(settings), "best")


def test_each_name_has_its_shape_and_its_preset():
    assert found("PP-OCRv5") == ServedModel("ocr", "paddlex")
    assert found("PP-OCRv6") == ServedModel("ocr", "best")
    assert found("PP-OCRv5-latin") == ServedModel("ocr", "paddlex", "latin")
    assert found("PP-StructureV3") == ServedModel("structure", "best")


def test_a_missing_name_is_the_configured_default():
    assert found("") == found("PP-StructureV3")
    assert found("", default_model="PP-OCRv5") == found("PP-OCRv5")


@pytest.mark.parametrize("name", ["PaddleOCR", "pp-ocrv5", "PP-OCRv5 ", "PaddleOCR-VL", "PaddleOCR-VL-1.5", "x" * 999])
def test_another_name_is_refused_with_those_that_work(name):
    with pytest.raises(BadModel, match=r"PP-OCRv5, PP-OCRv6, PP-OCRv5-latin, PP-StructureV3") as caught:
        found(name)
    assert ("model_aliases" in caught.value.message) is name.startswith("PaddleOCR-VL")
    assert len(caught.value.message) < 400


def test_strict_models_refuse_the_substitution():
    with pytest.raises(BadModel, match="strict_models"):
        found("PP-OCRv6", strict_models=True)
    assert found("PP-OCRv5", strict_models=True) == found("PP-OCRv5")


def test_an_alias_is_answered_and_says_so():
    vision = found("PaddleOCR-VL-1.6", model_aliases=ALIASES)
    assert (vision.shape, vision.preset) == ("vision", "best")
    assert vision.warnings == (
        "'PaddleOCR-VL-1.6' was asked for, and 'PP-StructureV3' has answered. No vision-language model has run.",
    )
    assert found("PaddleOCR-VL", model_aliases=ALIASES).shape == "ocr"
    assert found("ours", model_aliases=ALIASES).warnings == ("'ours' was asked for, and 'PP-OCRv5' has answered.",)
    with pytest.raises(BadModel, match="ours"):
        found("theirs", model_aliases=ALIASES)
