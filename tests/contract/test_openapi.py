"""Requests made from our own OpenAPI document: a real server must answer all of them as the document says."""

import json

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.openapi import from_dict

from server.operations.openapi import openapi_document
from tests.contract.adapters import File, adapters
from tests.contract.conftest import IMAGE, body
from tests.contract.tiny.application import application

EXAMPLES = {"/ocr": 100}
POSTED_EXAMPLES, OTHER_EXAMPLES = 10, 3
"""Requests to make for a path; what is not posted has no parameters, so few say all. ``--fuzz-times`` multiplies
them."""

load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
    )
]
"""Not that every request outside the schema is refused: the contract itself accepts "yes" for a switch, for one."""

CONTRACTS = application().state.contracts
OURS = openapi_document(CONTRACTS, "http://127.0.0.1:8080")
POSTED = [path for contract in CONTRACTS for path, item in contract.openapi.items() if "post" in item]
"""Operations of the contracts that take a document or something else."""

document = from_dict(OURS)
RUNS = [(operation.ok(), GenerationMode.POSITIVE) for operation in document.get_all_operations()]
RUNS += [(document[path]["POST"], GenerationMode.NEGATIVE) for path in POSTED]


@pytest.mark.parametrize(("operation", "mode"), RUNS, ids=lambda part: getattr(part, "label", None) or part.value)
def test_answers_are_what_the_document_says(server, operation, mode, request):
    examples = EXAMPLES.get(operation.path, POSTED_EXAMPLES if operation.path in POSTED else OTHER_EXAMPLES)

    @settings(
        max_examples=examples * request.config.getoption("fuzz_times"),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case) -> None:
        case.call_and_validate(base_url=server.url, checks=CHECKED, timeout=60)

    try:
        check()
    except Unsatisfiable:
        # A contract may take any body and any text in its parameters.
        assert mode is GenerationMode.NEGATIVE
        pytest.skip(f"{operation.label}: there is no request outside of the document")


def test_every_operation_names_the_answer_to_a_head_that_is_too_long(server):
    answer = requests.post(f"{server.url}/ocr", params={"logId": "x" * 70_000}, timeout=30)
    assert answer.status_code == 431
    document = requests.get(f"{server.url}/openapi.json", timeout=30).json()
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    assert len(operations) > 20
    assert all("431" in operation["responses"] for operation in operations if "responses" in operation)


def test_the_server_gives_this_very_document(server):
    given = requests.get(f"{server.url}/openapi.json", timeout=10).json()
    assert given == openapi_document(CONTRACTS, server.url)


@pytest.mark.parametrize("contract", adapters(), ids=lambda contract: contract.name)
def test_a_real_answer_of_every_contract_fits_the_document(server, contract):
    key = contract.sign_in(server.url, None)
    for data in (IMAGE, b"no picture"):
        answer = contract.call(File("page.png", data), key).send(server.url, 60)
        document[contract.path]["POST"].validate_response(answer)


@pytest.mark.parametrize("fields", [{}, {"visualize": True, "returnWordBox": True, "useDocOrientationClassify": True}])
def test_a_real_answer_fits_the_document(server, fields):
    answer = requests.post(f"{server.url}/ocr", json=body(IMAGE, **fields), timeout=60)
    assert answer.status_code == 200
    document["/ocr"]["POST"].validate_response(answer)


@pytest.mark.parametrize("data", [IMAGE, b"no picture"])
def test_each_line_of_an_answer_page_by_page_fits_the_document(server, data):
    headers = {"Accept": "application/x-ndjson"}
    answer = requests.post(f"{server.url}/ocr", json=body(data, diagnostics=True), headers=headers, timeout=60)
    media_type = answer.headers["content-type"]
    described = OURS["paths"]["/ocr"]["post"]["responses"][str(answer.status_code)]["content"][media_type]["schema"]
    schema = Draft202012Validator({**described, "components": OURS["components"]})
    lines = [json.loads(line) for line in answer.iter_lines()]
    assert len(lines) == (2 if data is IMAGE else 1)
    for line in lines:
        schema.validate(line)
    assert not schema.is_valid({**lines[0], "more": 1})
