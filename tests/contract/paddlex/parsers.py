"""The parsers of the PP-OCRv5 service contract, for the fuzz suite."""

import json

from hypothesis import strategies as st

from server.contracts.paddlex.body import parse_call
from server.contracts.paddlex.request import OcrRequest
from server.contracts.paddlex_shapes.json_body import decode_json, is_json, log_id_of, peek_log_id
from server.contracts.paddlex_shapes.json_request import fields_of
from server.contracts.paddlex_shapes.parameters import checked_body
from server.telemetry.record import RequestRecord
from tests.contract.adapters import Parser
from tests.fuzz.strategies import FORM, FRAMED, HARD_JSON, JSON_BODIES, OBJECTS, VALUES

CONTENT_TYPES = ("application/json", FORM, "image/png", "application/pdf", "")


def _json(body: bytes) -> None:
    log_id = peek_log_id(body)
    assert log_id is None or json.dumps({"logId": log_id}, ensure_ascii=False).encode()
    checked_body(decode_json(body, fields_of(OcrRequest)), OcrRequest)


def _value(value: object) -> None:
    assert log_id_of(value) is None or isinstance(log_id_of(value), str)
    checked_body(value, OcrRequest)


def _call(given: tuple[bytes, str]) -> None:
    record = RequestRecord()
    parse_call(*given, {}, record)
    assert record.log_id is None or isinstance(record.log_id, str)


def _content_type(text: str) -> None:
    assert is_json(text) in (True, False)


PARSERS = {
    "json": Parser(JSON_BODIES, _json, examples=HARD_JSON),
    "value": Parser(VALUES | OBJECTS, _value),
    "body": Parser(st.tuples(JSON_BODIES | FRAMED, st.sampled_from(CONTENT_TYPES)), _call),
    "content type": Parser(
        st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60), _content_type
    ),
}
