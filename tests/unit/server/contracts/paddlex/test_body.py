"""Large bodies cost what they hold, and are otherwise told what small ones are."""

import json
import tracemalloc

import pytest

from server.contracts.paddlex.body import SKIM_BYTES, decode_json, parse_call, peek_log_id
from server.errors import InvalidRequest
from server.http.json_skim import MAX_ARRAY_BYTES, skim
from server.telemetry.record import RequestRecord

PADDING = '"padding":"' + "A" * SKIM_BYTES + '"'
SWITCHES = ("useDocUnwarping", "visualize", "returnWordBox")


def refusal(body: bytes) -> list[dict[str, str]]:
    with pytest.raises(InvalidRequest) as caught:
        parse_call(body, "application/json", {}, RequestRecord())
    return json.loads(caught.value.message)


def large(fields: str) -> bytes:
    return f"{{{PADDING},{fields}}}".encode()


def small(fields: str) -> bytes:
    return f'{{"padding":"","x":1,{fields}}}'.encode()


@pytest.mark.parametrize("item", ["{}", "[]", '"\\u00e9"', "1000", '{"a":{"b":[]}}'])
@pytest.mark.parametrize("field", ["x", "visualize", "logId", "fileType"])
def test_what_nobody_asked_for_is_not_built(item: str, field: str) -> None:
    body = ('{"file":"QUJD","' + field + '":[' + f"{item}," * 200_000 + f'{item}],"a":1}}').encode()
    assert len(body) > SKIM_BYTES
    tracemalloc.start()
    try:
        decoded = decode_json(body)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    assert isinstance(decoded, dict)
    assert decoded["file"] == "QUJD"


@pytest.mark.parametrize("start", ["[", '{"file":"a","x":['])
def test_nor_is_it_in_a_body_that_is_broken_in_the_end(start: str) -> None:
    body = (start + "{}," * 200_000 + "NaN,!").encode()
    tracemalloc.start()
    try:
        assert refusal(body)[0]["type"] == "json_invalid"
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "value", ["[1,2]", "[]", '{"a":1}', '"x"', "2", "1.5", "-1", "1e999", "true", "null", "9" * 400]
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
    assert decode_json(large(fields)) == {
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


def test_an_array_without_end_is_not_built() -> None:
    test_what_nobody_asked_for_is_not_built("{}", "outputFormats")
    names = ",".join(['"text"'] * MAX_ARRAY_BYTES)
    assert [detail["loc"] for detail in refusal(large(f'"file":"a","outputFormats":[{names}]'))] == [
        "body.outputFormats"
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_the_encodings_of_json_are_understood(encoding: str) -> None:
    body = large('"file":"门"').decode().encode(encoding)
    assert decode_json(body) == {"file": "门"}


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[%b]", "model_attributes_type"), (b'"%b"', "model_attributes_type"), (b"%b", "json_invalid")]
)
def test_a_large_body_that_is_no_object(body: bytes, kind: str) -> None:
    filling = b"1," * SKIM_BYTES + b"1" if b"[" in body else b"A" * SKIM_BYTES
    assert refusal(body.replace(b"%b", filling))[0]["type"] == kind


def test_the_place_of_a_mistake_is_its_first_wrong_character() -> None:
    start = large('"file":"a","x":"é门",')[:-1].decode()
    for wrong in ("!}", "nan}", "\x00}"):
        assert refusal((start + wrong).encode()) == [
            {"type": "json_invalid", "loc": f"body[{len(start)}]", "msg": "JSON decode error"}
        ]
    assert refusal(start.encode())[0]["loc"] == f"body[{len(start)}]"
    assert refusal(large('"x":"')[:-1] + b'\xff"}')[0]["loc"] == f"body[{len(large('')) + 4}]"


@pytest.mark.parametrize(
    "wrong", ['"textDetThresh":NaN', '"logId":"\\ud800"', '"x":-Infinity', f'"fileType":{"1" * 5000}']
)
def test_what_is_no_proper_json_is_refused(wrong: str) -> None:
    assert refusal(large(wrong + ',"file":"a"'))[0]["type"] == "json_invalid"


def test_a_deep_one_too() -> None:
    assert refusal(b"[" * 2 * SKIM_BYTES) == [{"type": "json_invalid", "loc": "body[0]", "msg": "JSON decode error"}]


def test_the_log_id_of_a_body_that_is_not_read_otherwise_is_found_at_any_size() -> None:
    assert peek_log_id(large('"logId":"mine"')) == "mine"
    record = RequestRecord()
    with pytest.raises(InvalidRequest):
        parse_call(large('"logId":"mine"'), "text/plain", {}, record)
    assert record.log_id == "mine"
    for body in (large('"logId":5'), large('"logId":[1]'), large("!"), b"\xff" * SKIM_BYTES, b"[" * 2 * SKIM_BYTES):
        assert peek_log_id(body) is None


def test_an_object_inside_is_read_where_that_is_asked_for() -> None:
    body = b'{"a":{"b":1,"c":[1],"x":{"y":2}},"d":{"b":3},"b":null}'
    assert skim(body, ("a", "b", "d"), {"a": ("b", "c", "x")}) == {"a": {"b": 1, "c": [], "x": {}}, "b": None, "d": {}}
    for other in (b'{"a":[{"b":1}]}', b'{"a":"b"}', b'{"a":5}'):
        assert skim(other, ("a",), {"a": ("b",)}) == {"a": {b"[": [], b'"': "b", b"5": 5}[other[5:6]]}
