"""Large bodies are told what small ones are, and a parser sees little of them."""

import json
import tracemalloc
from types import SimpleNamespace

import pytest

from server.contracts.paddlex.body import parse_call
from server.contracts.paddlex.request import OcrRequest
from server.contracts.paddlex_shapes import json_body
from server.contracts.paddlex_shapes.json_body import decode_json, peek_log_id
from server.contracts.paddlex_shapes.json_request import fields_of
from server.contracts.paddlex_shapes.lax_fields import MAX_TEXT
from server.errors import InvalidRequest
from server.http.json_outline import OUTLINE_BYTES, LongString
from server.telemetry.record import RequestRecord

PADDING = '"padding":"' + "A" * OUTLINE_BYTES + '"'
TOO_MUCH = {
    "type": "too_long",
    "loc": "body",
    "msg": "JSON should have at most 65536 bytes beside strings of 16384 bytes or more",
}
FIELDS = fields_of(OcrRequest)
SWITCHES = ("useDocUnwarping", "visualize", "returnWordBox")


def refusal(body: bytes) -> list[dict[str, str]]:
    with pytest.raises(InvalidRequest) as caught:
        parse_call(body, "application/json", {}, RequestRecord())
    return json.loads(caught.value.message)


def large(fields: str) -> bytes:
    return f"{{{PADDING},{fields}}}".encode()


def small(fields: str) -> bytes:
    return f'{{"padding":"","x":1,{fields}}}'.encode()


@pytest.mark.parametrize("item", ["{}", "[]", '"\\u00e9"', "1000", '{"a":{"b":[]}}', "NaN", "!"])
@pytest.mark.parametrize(
    "start", ["[", '{"file":"QUJD","x":[', '{"file":"QUJD","visualize":[', '{"file":"QUJD","outputFormats":[']
)
def test_more_json_than_any_request_has_is_refused_unparsed(
    item: str, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (start + f"{item}," * 100_000 + f"{item}]").encode()
    monkeypatch.setattr(json_body, "json", SimpleNamespace(JSONDecodeError=json.JSONDecodeError))
    tracemalloc.start()
    try:
        assert refusal(body) == [TOO_MUCH]
        assert tracemalloc.get_traced_memory()[1] < 300_000
    finally:
        tracemalloc.stop()


def test_a_parser_sees_no_long_string(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    loads = json.loads
    monkeypatch.setattr(json_body.json, "loads", lambda text: sizes.append(len(text)) or loads(text))
    decoded = decode_json(large('"file":"' + "QUJD" * 100_000 + '"'), FIELDS)
    assert isinstance(decoded, dict)
    assert isinstance(decoded["file"], LongString)
    assert "".join(decoded["file"].pieces()) == "QUJD" * 100_000
    assert max(sizes) < 200


def test_a_file_of_many_characters_reaches_the_call_as_it_is() -> None:
    call = parse_call(large('"file":"' + "Q\\/JD" * 10_000 + '","fileType":1'), "application/json", {}, RequestRecord())
    assert isinstance(call.file, LongString)
    assert ("".join(call.file.pieces()), call.parameters.file_type) == ("Q/JD" * 10_000, 1)


@pytest.mark.parametrize("length", [MAX_TEXT + 1, 100_000])
@pytest.mark.parametrize("character", ["a", "门", "\\u00e9", "\\ud83d\\ude00"])
def test_a_log_id_is_echoed_up_to_a_length(length: int, character: str) -> None:
    body, record = f'{{"file":"QUJD","logId":"{character * length}"}}'.encode(), RequestRecord()
    with pytest.raises(InvalidRequest) as caught:
        parse_call(body, "application/json", {}, record)
    told = {"type": "string_too_long", "loc": "body.logId", "msg": "String should have at most 16384 characters"}
    assert json.loads(caught.value.message) == [told]
    assert record.log_id is None
    assert peek_log_id(body) is None
    fitting = f'{{"file":"QUJD","logId":"{character * MAX_TEXT}"}}'.encode()
    parse_call(fitting, "application/json", {}, record)
    assert record.log_id == peek_log_id(fitting) == json.loads(f'"{character}"') * MAX_TEXT


@pytest.mark.parametrize(
    "value",
    [
        "[1,2]",
        "[]",
        '{"a":1}',
        '"x"',
        "2",
        "1.5",
        "-1",
        "1e999",
        "true",
        "null",
        "9" * 400,
        "NaN",
        "-Infinity",
        '"\\ud800"',
    ],
)
@pytest.mark.parametrize(
    "field", ["file", "fileType", "visualize", "textDetLimitSideLen", "textDetLimitType", "textDetThresh", "logId"]
)
def test_a_large_body_is_told_what_a_small_one_is(field: str, value: str) -> None:
    fields = f'"{field}":{value}' + ("" if field == "file" else ',"file":"a"')
    told = []
    for body in (small(fields), large(fields)):
        record = RequestRecord()
        try:
            call = parse_call(body, "application/json", {}, record)
            told.append((call.parameters, call.file, record.log_id))
        except InvalidRequest as error:
            told.append((error.message, None, record.log_id))
    assert told[0] == told[1]


def test_all_its_fields_are_read() -> None:
    fields = '"file":"a","file":"b\\n\\u00e9","fileType":1,"logId":"门",' + ",".join(
        f'"{name}":true' for name in SWITCHES
    )
    assert decode_json(large(fields), FIELDS) == {
        "file": "b\né",
        "fileType": 1,
        "logId": "门",
        **dict.fromkeys(SWITCHES, True),
    }


@pytest.mark.parametrize(
    "value", ['["markdown"]', '["markdown","text"]', "[]", "null", '["pdf"]', "[1]", '"text"', "5", '{"a":1}', "[[]]"]
)
def test_the_formats_that_are_asked_for_are_read_at_any_size(value: str) -> None:
    test_a_large_body_is_told_what_a_small_one_is("outputFormats", value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_the_encodings_of_json_are_understood(encoding: str) -> None:
    body = large('"file":"门"').decode().encode(encoding)
    assert decode_json(body, FIELDS) == {"file": "门"}


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[%b]", "model_attributes_type"), (b'"%b"', "model_attributes_type"), (b"%b", "too_long")]
)
def test_a_large_body_that_is_no_object(body: bytes, kind: str) -> None:
    filling = b'"' + b"A" * OUTLINE_BYTES + b'"' if b"[" in body else b"A" * (OUTLINE_BYTES + 1)
    assert refusal(body.replace(b"%b", filling))[0]["type"] == kind


def test_the_place_of_a_mistake_is_its_first_wrong_character() -> None:
    start = large('"file":"a","x":"é门",')[:-1].decode()
    for wrong in ("!}", "nan}", "\x00}"):
        assert refusal((start + wrong).encode()) == [
            {"type": "json_invalid", "loc": f"body[{len(start)}]", "msg": "JSON decode error"}
        ]
    assert refusal(start.encode())[0]["loc"] == f"body[{len(start)}]"
    assert refusal(large('"x":"')[:-1] + b'\xff"}')[0]["loc"] == f"body[{len(large('')) + 4}]"


@pytest.mark.parametrize("wrong", [f'"fileType":{"1" * 5000}', '"x":' + "[" * (OUTLINE_BYTES - 100)])
def test_long_integers_and_deep_nesting_are_refused(wrong: str) -> None:
    assert refusal(large(wrong)) == [{"type": "json_invalid", "loc": "body[0]", "msg": "JSON decode error"}]


def test_the_log_id_of_a_body_that_is_not_read_otherwise_is_found_at_any_size() -> None:
    assert peek_log_id(large('"logId":"mine"')) == "mine"
    record = RequestRecord()
    with pytest.raises(InvalidRequest):
        parse_call(large('"logId":"mine"'), "text/plain", {}, record)
    assert record.log_id == "mine"
    for body in (
        large('"logId":5'),
        large('"logId":[1]'),
        large("!"),
        b"\xff" * OUTLINE_BYTES,
        b"[" * 2 * OUTLINE_BYTES,
    ):
        assert peek_log_id(body) is None
