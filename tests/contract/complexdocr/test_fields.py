"""Fields: what is missing, of the wrong type or out of range, and in which order that is told. Section 3."""

import json

import pytest
import requests

from tests.contract.complexdocr.calls import (
    ERRORS,
    IMAGE,
    LINE,
    MISSING,
    OUT_OF_RANGE,
    PATH,
    SEQID,
    WRONG_TYPE,
    ask,
    b64,
    only,
    refused,
    send,
)


@ERRORS
@pytest.mark.parametrize("name", ["seqid", "image"])
@pytest.mark.parametrize("value", ["absent", None, "", " \n\t "])
def test_required_fields(server, name, value):
    content = {"seqid": SEQID, "image": b64(IMAGE), name: value}
    if value == "absent":
        del content[name]
    echoed = content.get("seqid")
    refused(send(server, content), MISSING, echoed if isinstance(echoed, str) else "")


@ERRORS
@pytest.mark.parametrize("value", [5, True, [], {}, 1.5])
def test_a_seqid_must_be_text(server, value):
    refused(send(server, {"seqid": value, "image": b64(IMAGE)}), WRONG_TYPE, "")


@ERRORS
@pytest.mark.parametrize(
    "fields",
    [
        *({"image": value} for value in (5, True, ["a"], {})),
        *({"html_escape": value} for value in (1, 0, "true", [], {}, 1.0)),
        *({"generate_image": value} for value in (1, "false", [])),
        *({"output_format": value} for value in ("0", "1", "3", "x", True, False, 1.0, [], {})),
        *({"image_type": value} for value in ("0", False, 0.0, [])),
        *({"first_page_idx": value} for value in ("1", True, 1.0, [], 1e300)),
    ],
)
def test_wrong_types(server, fields):
    refused(ask(server, **fields), WRONG_TYPE)


@ERRORS
@pytest.mark.parametrize(
    "fields",
    [
        *({"output_format": value} for value in (2, 4, -1, 10**30)),
        *({"image_type": value} for value in (-1, 4, 10**30)),
        *({"first_page_idx": value} for value in (0, -1, -(10**30), 10**30)),
    ],
)
def test_out_of_range(server, fields):
    refused(ask(server, **fields), OUT_OF_RANGE)


@ERRORS
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"seqid": "", "image": 5, "output_format": "x"}, MISSING),
        ({"seqid": 5, "image": ""}, MISSING),
        ({"seqid": "a", "output_format": 2, "image_type": "1"}, MISSING),
        ({"seqid": "a", "image": "!", "output_format": 2}, WRONG_TYPE),
        ({"seqid": "a", "image": b64(b"no picture"), "output_format": 2}, WRONG_TYPE),
        ({"seqid": "a", "image": b64(IMAGE), "output_format": 2, "html_escape": 1}, WRONG_TYPE),
        ({"seqid": "a", "image": b64(IMAGE), "output_format": 3, "first_page_idx": 0}, OUT_OF_RANGE),
    ],
)
def test_the_order_of_the_checks(server, content, expected):
    seqid = content.get("seqid")
    refused(send(server, content), expected, seqid if isinstance(seqid, str) else "")


@ERRORS
@pytest.mark.parametrize(
    "fields",
    [
        dict.fromkeys(("html_escape", "generate_image", "output_format", "image_type", "first_page_idx")),
        {"unknown": {"deep": [1, None]}, "seqids": 5},
        {"generate_image": True},
        {"first_page_idx": 7},
        {"first_page_idx": 2**40},
    ],
)
def test_defaults_and_unknown_fields(server, fields):
    assert only(ask(server, **fields)) == LINE


@ERRORS
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"[" * 100_000,
        b"\xff",
        b'{"seqid":"\\ud800","image":"a"}',
        b'{"seqid":"a","image":"a","x":NaN}',
        b'{"seqid":"a","image":"a","output_format":' + b"9" * 5000 + b"}",
        b"seqid=a&image=b",
    ],
)
def test_bodies_that_are_no_json_object(server, body):
    refused(requests.post(server.url + PATH, data=body, timeout=10), WRONG_TYPE, "")


@ERRORS
def test_of_a_name_that_comes_twice_the_last_counts(server):
    body = json.dumps({"seqid": "first", "image": b64(IMAGE)})[:-1] + ',"seqid":"last","output_format":9}'
    refused(requests.post(server.url + PATH, data=body, timeout=10), OUT_OF_RANGE, "last")
