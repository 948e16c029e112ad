import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.options import OcrOverrides
from server.contracts.paddlex.body import parse_call
from server.contracts.paddlex.request import OcrRequest, validate_parameters
from server.contracts.paddlex_shapes.parameters import checked_body
from server.errors import InvalidRequest, RequestError
from server.telemetry.record import RequestRecord


def validate_body(body: object) -> OcrRequest:
    return checked_body(body, OcrRequest)


REFERENCE = json.loads(Path(__file__).with_name("reference_validation.json").read_text(encoding="utf-8"))

OURS = {
    # accepted by the reference, outside the documented range: refused here, never replaced silently
    "textDetLimitSideLen=-1": "greater_than_equal",
    'textDetLimitSideLen="-5"': "greater_than_equal",
    "textDetLimitSideLen=1000000000000000000000000000000000000000": "finite_number",  # 401 digits
    'textDetLimitType=""': "literal_error",
    'textDetLimitType="MIN"': "literal_error",
    'textDetLimitType="resize_long"': "literal_error",
    'textDetLimitType=" min"': "literal_error",
    "textDetThresh=-0.1": "greater_than_equal",
    'textDetThresh="nan"': "finite_number",
    'textDetThresh="inf"': "finite_number",
    'textDetThresh="-inf"': "finite_number",
    'textDetThresh="Infinity"': "finite_number",
    'textDetThresh="1e999"': "finite_number",
    "textRecScoreThresh=-0.1": "greater_than_equal",
    "textRecScoreThresh=1.1": "less_than_equal",
    'textRecScoreThresh="2"': "less_than_equal",
    'textRecScoreThresh="nan"': "finite_number",
    # answered with 500 by the reference
    "logId=5": "string_type",
    "logId=true": "string_type",
    "logId=[]": "string_type",
    "logId={}": "string_type",
}


def refusal(body: bytes, content_type: str = "application/json", query: dict[str, str] | None = None) -> str | None:
    try:
        parse_call(body, content_type, query or {}, RequestRecord())
    except InvalidRequest as error:
        return error.message
    return None


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: case["name"])
def test_says_of_a_body_what_the_reference_says(case):
    said = refusal(case["body"].encode(), case["content_type"])
    if case["name"] in OURS:
        assert said is not None
        assert [detail["type"] for detail in json.loads(said)] == [OURS[case["name"]]]
    else:
        assert said == case["refusal"]


def test_every_difference_from_the_reference_is_a_case():
    assert OURS.keys() <= {case["name"] for case in REFERENCE}


def test_a_side_length_ends_where_floating_point_does():
    assert refusal(b'{"file":"a","textDetLimitSideLen":1%b}' % (b"0" * 300)) is None
    said = refusal(b'{"file":"a","textDetLimitSideLen":1%b}' % (b"0" * 301))
    assert said is not None
    assert [detail["type"] for detail in json.loads(said)] == ["finite_number"]


def test_null_means_absent():
    nulls = dict.fromkeys(("fileType", "textDetThresh", "textDetLimitType", "useDocUnwarping", "visualize", "logId"))
    assert validate_body({"file": "a", **nulls}) == validate_body({"file": "a"})
    assert validate_body({"file": "a"}).overrides() == OcrOverrides()


def test_every_option_reaches_the_pipeline():
    body = {
        "file": "a",
        "useDocOrientationClassify": True,
        "useDocUnwarping": "no",
        "useTextlineOrientation": 1,
        "textDetLimitSideLen": "96",
        "textDetLimitType": "max",
        "textDetThresh": "0.2",
        "textDetBoxThresh": 0.5,
        "textDetUnclipRatio": 2,
        "textRecScoreThresh": 0,
        "returnWordBox": "on",
    }
    assert validate_body(body).overrides() == OcrOverrides(
        use_doc_orientation_classify=True,
        use_doc_unwarping=False,
        use_textline_orientation=True,
        text_det_limit_side_len=96,
        text_det_limit_type="max",
        text_det_thresh=0.2,
        text_det_box_thresh=0.5,
        text_det_unclip_ratio=2.0,
        text_rec_score_thresh=0.0,
        return_word_box=True,
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("field", ["textDetThresh", "textDetBoxThresh", "textDetUnclipRatio", "textRecScoreThresh"])
def test_numbers_that_json_cannot_hold_are_refused(field, number):
    said = refusal(f'{{"file":"a","{field}":{number}}}'.encode())
    assert said is not None
    assert json.loads(said) == [
        {"type": "finite_number", "loc": f"body.{field}", "msg": "Input should be a finite number"}
    ]


def test_a_log_id_that_cannot_be_echoed_is_refused():
    record = RequestRecord()
    with pytest.raises(InvalidRequest) as caught:
        parse_call(b'{"file":"a","logId":"a\\ud800"}', "application/json", {}, record)
    assert json.loads(caught.value.message)[0]["type"] == "string_unicode"
    assert record.log_id is None


def test_messages_never_quote_values():
    said = refusal(b'{"file":"a","textDetThresh":"SECRET","fileType":"SECRET","logId":["SECRET"]}')
    assert said is not None
    assert "SECRET" not in said


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        (b'{"file":"\xff"}', 9),
        (b"[" * 60_000, 0),
        (b'{"file":"a","x":' + b"1" * 5000 + b"}", 0),
    ],
)
def test_bodies_that_break_parsers_are_malformed_json(body, offset):
    said = refusal(body)
    assert said is not None
    assert json.loads(said) == [{"type": "json_invalid", "loc": f"body[{offset}]", "msg": "JSON decode error"}]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_the_encodings_of_json_are_understood(encoding):
    assert refusal('{"file":"a","logId":"门"}'.encode(encoding)) is None


def test_form_fields_are_text_and_empty_ones_absent():
    parameters = validate_parameters({"fileType": "0", "visualize": "", "textDetThresh": "0.5", "x": "y"}, "query")
    assert (parameters.file_type, parameters.visualize, parameters.text_det_thresh) == (0, None, 0.5)


@pytest.mark.parametrize("place", ["query", "body"])
def test_errors_name_where_a_parameter_was(place):
    with pytest.raises(InvalidRequest) as caught:
        validate_parameters({"fileType": "2"}, place)
    assert json.loads(caught.value.message) == [
        {"type": "literal_error", "loc": f"{place}.fileType", "msg": "Input should be 0 or 1"}
    ]


def test_form_fields_win_over_the_query():
    body = (
        b'--b\r\nContent-Disposition: form-data; name="textDetThresh"\r\n\r\n0.4\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nDATA\r\n--b--\r\n'
    )
    record = RequestRecord()
    query = {"textDetThresh": "wrong", "textDetBoxThresh": "0.7", "logId": "from the query"}
    call = parse_call(body, "multipart/form-data; boundary=b", query, record)
    assert call.file == b"DATA"
    assert (call.parameters.text_det_thresh, call.parameters.text_det_box_thresh) == (0.4, 0.7)
    assert record.log_id == "from the query"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from([*validate_body({"file": "a"}).model_dump(by_alias=True), "other"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, JSON) | JSON)
def test_any_json_is_accepted_or_refused_in_the_contracts_words(body):
    said = refusal(json.dumps(body).encode())
    for detail in json.loads(said) if said else ():
        assert list(detail) == ["type", "loc", "msg"]
        assert detail["loc"].startswith("body")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["application/json", "", "text/plain", "multipart/form-data", "a/b; c"]))
def test_any_bytes_are_accepted_or_refused(body, content_type):
    try:
        refusal(body, content_type)
        status = 422
    except RequestError as error:
        status = error.status
    assert status == 422
