"""The parsers of CapSolver's contract, for the fuzz suite."""

import json

from hypothesis import strategies as st

from server.config.contract_settings import CapSolverSettings
from server.contracts.capsolver.errors import Refused
from server.contracts.capsolver.request import check_task, decode_image, parse_fields
from tests.contract.adapters import Parser
from tests.fuzz.strategies import ANY_TEXT, BASE64, HARD_JSON, JSON_BODIES, VALUES

GOOD = {"type": "ImageToTextTask", "body": "aGk=", "module": "common", "score": 0.9, "case": True}
TASKS = st.fixed_dictionaries({}, optional={name: VALUES | ANY_TEXT | st.just(good) for name, good in GOOD.items()})
BODIES = TASKS.map(lambda task: json.dumps({"clientKey": "k", "task": task}).encode())


def _task(body: bytes) -> None:
    check_task(parse_fields(body).get("task"), CapSolverSettings())


def _image(text: str) -> None:
    assert decode_image(text, 100)


PARSERS = {
    "task": Parser(JSON_BODIES | BODIES, _task, (Refused,), HARD_JSON),
    "image": Parser(BASE64.map(lambda text: text.decode("latin-1")) | ANY_TEXT, _image, (Refused,)),
}
