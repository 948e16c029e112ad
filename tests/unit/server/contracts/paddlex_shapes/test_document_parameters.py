import json

import pytest

from server.contracts.paddlex_shapes.document_blocks import IGNORED_LABELS
from server.contracts.paddlex_shapes.document_parameters import DocumentParameters
from server.contracts.paddlex_shapes.parameters import checked_body
from server.errors import InvalidRequest


def checked(**fields: object) -> DocumentParameters:
    return checked_body(fields, DocumentParameters)


WRONG = {
    "layoutThreshold": [1.5, {"0": -1}, {"x": 0.5}, "much"],
    "layoutUnclipRatio": [0, [1.0], {"0": "wide"}],
    "layoutMergeBboxesMode": [1, "most", {"0": "most"}],
    "markdownIgnoreLabels": ["header", [1], ["a"] * 101],
    "outputFormats": [["docx"], ["pdf"], "docx"],
    "useTableRecognition": ["maybe", 7],
    "sealDetLimitType": ["longest"],
    "sealRecScoreThresh": [2],
    "useE2eWiredTableRecModel": ["maybe"],
    "layoutShapeMode": ["round"],
    "promptLabel": ["poem"],
    "repetitionPenalty": [0],
    "temperature": [-1],
    "topP": [0, 1.5],
    "minPixels": [0],
    "maxNewTokens": [-5],
    "vlmExtraArgs": [[]],
    "textDetThresh": [-1],
}


NOT_NULL = ("useWiredTableCellsTransToHtml", "useWirelessTableCellsTransToHtml")


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("outputFormats", ["markdown"], "value_error"),
        ("outputFormats", ["docx"], "value_error"),
        ("layoutShapeMode", "round", "value_error"),
        ("promptLabel", "poem", "value_error"),
        ("repetitionPenalty", 0, "value_error"),
        ("temperature", -0.5, "value_error"),
        ("topP", 1.5, "value_error"),
        ("topP", "nan", "value_error"),
        ("topP", "much", "float_parsing"),
        ("minPixels", 0, "greater_than"),
        ("maxPixels", 0, "greater_than"),
        ("maxNewTokens", 0, "greater_than"),
        ("mergeTables", "maybe", "bool_parsing"),
        *((name, None, "bool_type") for name in NOT_NULL),
    ],
)
def test_the_kinds_of_refusals_are_those_of_paddlex(name, value, kind):
    with pytest.raises(InvalidRequest) as refused:
        checked(**{name: value})
    (detail,) = json.loads(refused.value.message)
    assert (detail["type"], detail["loc"]) == (kind, f"body.{name}")


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused_and_the_refusal_names_the_field(name, value):
    with pytest.raises(InvalidRequest, match=name):
        checked(**{name: value})


def test_null_is_absent_and_so_is_what_nobody_knows():
    assert checked(**dict.fromkeys(WRONG), unknown=1) == checked()


def test_the_form_of_pages_follows_the_fields():
    style = checked().style()
    assert (style.tables, style.pretty, style.markdown_images, style.format_block_content) == (True, True, True, False)
    assert (style.ignored_labels, style.layout_threshold) == (IGNORED_LABELS, 0.0)
    wanted = {
        "useTableRecognition": False,
        "prettifyMarkdown": "no",
        "returnMarkdownImages": 0,
        "formatBlockContent": True,
        "markdownIgnoreLabels": [],
        "layoutThreshold": {"1": 0.5},
    }
    style = checked(**wanted).style(vision_language=True, picture_folder="")
    assert (style.tables, style.pretty, style.markdown_images, style.format_block_content) == (
        False,
        False,
        False,
        True,
    )
    assert (style.ignored_labels, style.layout_threshold) == ((), {1: 0.5})
    assert (style.vision_language, style.picture_folder) == (True, "")


def test_structure_is_always_wanted_and_a_zero_means_the_default():
    overrides = checked(textDetThresh=0, useDocUnwarping=True).overrides()
    assert (overrides.structure, overrides.text_det_thresh, overrides.use_doc_unwarping) == (True, None, True)


def test_modules_that_are_not_here_are_told_where_they_are_asked_for():
    assert list(checked().unavailable()) == []
    assert list(checked(useChartRecognition=True, useSealRecognition=False).unavailable()) == [
        "chart recognition is not available"
    ]
    assert len(list(checked(useFormulaRecognition=1, useChartRecognition=1, useSealRecognition=1).unavailable())) == 3
