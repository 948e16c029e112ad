"""The parser of China Mobile's contract, for the fuzz suite."""

import json

from server.contracts.complexdocr.errors import Refused
from server.contracts.complexdocr.request import parse_call
from server.telemetry.record import RequestRecord
from tests.contract.adapters import Parser
from tests.fuzz.strategies import HARD_JSON, JSON_BODIES, OBJECTS

BODIES = OBJECTS.map(lambda value: json.dumps({"seqid": "1", "image": "aGk=", **value}).encode())


def _call(body: bytes) -> None:
    record = RequestRecord()
    try:
        parse_call(body, record, 1000)
    finally:
        assert record.log_id is None or isinstance(record.log_id, str)


PARSERS = {"body": Parser(JSON_BODIES | BODIES, _call, (Refused,), HARD_JSON)}
