"""The parsers of PaddleX's document pipelines, for the fuzz suite."""

import json

from hypothesis import strategies as st

from server.contracts.layout_parsing.request import LayoutParsingRequest
from server.contracts.paddlex_shapes.json_request import fields_of, parse_json
from server.contracts.paddlex_shapes.parameters import checked_body
from server.telemetry.record import RequestRecord
from tests.contract.adapters import Parser
from tests.fuzz.strategies import HARD_JSON, JSON_BODIES, OBJECTS, VALUES

FIELDS = st.dictionaries(
    st.sampled_from(fields_of(LayoutParsingRequest)),
    VALUES | st.floats() | st.booleans() | st.dictionaries(st.text("01x", max_size=2), st.floats(), max_size=2),
    max_size=6,
)


def _use(request: LayoutParsingRequest) -> None:
    request.overrides()
    request.style()
    assert all(name.isascii() for name in request.unavailable())


def _json(body: bytes) -> None:
    record = RequestRecord()
    request, _ = parse_json(body, "application/json", record, LayoutParsingRequest)
    assert record.log_id is None or json.dumps({"logId": record.log_id}, ensure_ascii=False).encode()
    _use(request)


def _fields(given: dict) -> None:
    _use(checked_body({"file": "AA==", **given}, LayoutParsingRequest))


PARSERS = {
    "json": Parser(JSON_BODIES, _json, examples=HARD_JSON),
    "fields": Parser(FIELDS | OBJECTS.filter(lambda value: isinstance(value, dict)), _fields),
}
