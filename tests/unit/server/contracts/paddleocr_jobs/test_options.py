import pytest

from server.contracts.paddleocr_jobs.errors import BadParameter
from server.contracts.paddleocr_jobs.options import checked_options


def test_options_come_in_camel_case_and_in_snake_case():
    for name in ("textDetThresh", "text_det_thresh"):
        assert checked_options({name: "0.25"}, "ocr").text_det_thresh == 0.25
    for name in ("prettifyMarkdown", "prettify_markdown"):
        assert checked_options({name: False}, "structure").prettify_markdown is False
    assert checked_options({"use_e2e_wired_table_rec_model": True}, "structure").use_e2e_wired_table_rec_model is True


def test_camel_case_wins_unless_it_is_null():
    both = {"text_det_thresh": 0.1, "textDetThresh": 0.2}
    assert checked_options(both, "ocr").text_det_thresh == 0.2
    assert checked_options(dict(reversed(both.items())), "ocr").text_det_thresh == 0.2
    assert checked_options({**both, "textDetThresh": None}, "ocr").text_det_thresh == 0.1


def test_null_is_absent_and_what_nobody_knows_is_ignored():
    assert checked_options(
        {"visualize": None, "x": 1, "file": 2, "fileType": "y", "logId": 3}, "ocr"
    ) == checked_options({}, "ocr")


def test_an_empty_text_is_absent_too():
    assert checked_options({"text_det_thresh": "", "visualize": ""}, "ocr") == checked_options({}, "ocr")
    assert checked_options({"temperature": "", "topP": ""}, "structure") == checked_options({}, "structure")
    assert checked_options({"textDetThresh": "", "text_det_thresh": 0.1}, "ocr").text_det_thresh == 0.1


def test_fields_of_other_contracts_are_no_options():
    given = {"preset": "nothing", "diagnostics": "perhaps", "outputFormats": ["docx"], "pdfText": "perhaps"}
    assert checked_options(given, "ocr") == checked_options({}, "ocr")
    assert checked_options({"preset": "nothing"}, "vision") == checked_options({}, "vision")


@pytest.mark.parametrize(
    ("given", "shape", "name"),
    [
        ({"textDetThresh": "much"}, "ocr", "textDetThresh"),
        ({"text_det_limit_type": "longest"}, "ocr", "textDetLimitType"),
        ({"visualize": "perhaps"}, "structure", "visualize"),
        ({"layoutThreshold": {"x": 1}}, "structure", "layoutThreshold"),
        ({"topP": 7}, "vision", "topP"),
        ({"outputFormats": ["docx"]}, "structure", "outputFormats"),
    ],
)
def test_a_wrong_value_is_refused_and_named(given, shape, name):
    with pytest.raises(BadParameter, match=rf"^optionalPayload: {name}: .+\.$"):
        checked_options(given, shape)
