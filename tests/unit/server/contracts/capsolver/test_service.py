"""CapSolver's contract around a stub pipeline: keys, limits, time, and what goes wrong inside."""

from unittest.mock import ANY

import pytest
from litestar.testing import TestClient

from models.errors import EngineFailure
from server.contracts.capsolver import service
from tests.unit.server.apps import application, base64_of, png
from tests.unit.server.stub_pipeline import TEXT, StubPipeline

KEY = "a-key"
TASK = {"type": "ImageToTextTask", "body": base64_of(png())}
CREATE = {"clientKey": KEY, "task": TASK}


def failed(code: str, description: str, **more: str) -> dict:
    return {"errorId": 1, "errorCode": code, "errorDescription": description, **more}


UNAVAILABLE = failed("ERROR_SERVICE_UNAVALIABLE", "Service is temporarily unavailable")


def client(pipeline: StubPipeline | None = None, capsolver: dict | None = None, **settings) -> TestClient:
    app = application(pipeline, contracts={"capsolver": capsolver or {}}, **settings)
    return TestClient(app, raise_server_exceptions=False)


def test_configured_keys_alone_are_let_in():
    with client(capsolver={"keys": {"tests": KEY}}) as calls:
        assert calls.post("/createTask", json=CREATE).status_code == 200
        for wrong in ("tests", "a-key ", "A-KEY", "", None):
            answer = calls.post("/createTask", json={**CREATE, "clientKey": wrong})
            assert answer.status_code == 401
            assert answer.json() == failed("ERROR_KEY_DENIED_ACCESS", "Wrong account key")


def test_a_task_belongs_to_the_key_that_made_it():
    with client(capsolver={"keys": {"one": KEY, "two": "other"}}) as calls:
        task_id = calls.post("/createTask", json=CREATE).json()["taskId"]
        assert calls.post("/getTaskResult", json={"clientKey": KEY, "taskId": task_id}).status_code == 200
        answer = calls.post("/getTaskResult", json={"clientKey": "other", "taskId": task_id})
        assert (answer.status_code, answer.json()["errorCode"]) == (400, "ERROR_TASKID_INVALID")


def test_a_caller_that_is_too_fast_is_429():
    with client(capsolver={"keys": {"tests": KEY}, "requests_per_second": 1}) as calls:
        assert calls.post("/createTask", json=CREATE).status_code == 200
        answer = calls.post("/createTask", json=CREATE)
    assert (answer.status_code, answer.json()) == (429, failed("ERROR_RATE_LIMIT", "Request frequency/rate limit"))
    assert int(answer.headers["retry-after"]) > 0


def test_pages_are_paid_for_also_where_their_text_is_not_wanted():
    with client(capsolver={"keys": {"tests": KEY}, "pages_per_minute": 1}) as calls:
        unsure = {**CREATE, "task": {**CREATE["task"], "score": 1}}
        assert calls.post("/createTask", json=unsure).json()["errorCode"] == "ERROR_CAPTCHA_UNSOLVABLE"
        assert calls.post("/createTask", json=CREATE).status_code == 429


def test_a_full_server_is_503():
    with client(limits={"max_queued_bytes": 10}) as calls:
        answer = calls.post("/createTask", json=CREATE)
    assert (answer.status_code, answer.json()) == (503, UNAVAILABLE)
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("error", [ZeroDivisionError("secret"), EngineFailure("secret")])
def test_a_bug_is_500_and_leaves_no_task(error):
    pipeline = StubPipeline()
    pipeline.failures[0] = error
    with client(pipeline) as calls:
        answer = calls.post("/createTask", json=CREATE)
    assert (answer.status_code, answer.json()) == (500, UNAVAILABLE)


@pytest.mark.parametrize(
    "settings", [{"capsolver": {"timeout_seconds": 0.1}}, {"limits": {"request_timeout_seconds": 0.1}}]
)
def test_a_task_that_takes_too_long_fails_and_stays_failed(settings):
    pipeline = StubPipeline()
    with client(pipeline, **settings) as calls:
        pipeline.gate.clear()
        answer = calls.post("/createTask", json=CREATE)
        expected = failed("ERROR_TASK_TIMEOUT", "The task has timed out", taskId=ANY)
        assert (answer.status_code, answer.json()) == (400, expected)
        again = calls.post("/getTaskResult", json={"clientKey": KEY, "taskId": answer.json()["taskId"]})
    assert (again.status_code, again.json()) == (400, answer.json())
    assert pipeline.cancelled == [0]


def test_modules_are_configured():
    with client(capsolver={"modules": {"common": "code", "mine": "lines"}}) as calls:
        texts = [
            calls.post("/createTask", json={**CREATE, "task": {**TASK, "module": module}}).json()
            for module in ("common", "mine")
        ]
        assert [text["solution"]["text"] for text in texts] == [TEXT.replace(" ", ""), TEXT]
        answer = calls.post("/createTask", json={**CREATE, "task": {**TASK, "module": "queueit"}})
        assert answer.json()["errorDescription"] == "invalid task data: unsupported module"


def test_a_score_above_the_confidence_is_unsolvable():
    with client() as calls:
        answer = calls.post("/createTask", json={**CREATE, "task": {**TASK, "score": 0.8}})
    assert answer.json() == failed("ERROR_CAPTCHA_UNSOLVABLE", "Captcha not recognized", taskId=ANY)


def test_the_balance_is_configured():
    with client(capsolver={"balance": 7.5}) as calls:
        assert calls.post("/getBalance", json={"clientKey": KEY}).json()["balance"] == 7.5


def test_switched_off_its_paths_are_nobodys():
    with client(capsolver={"enabled": False}) as calls:
        answer = calls.post("/createTask", json=CREATE)
    assert answer.status_code == answer.json()["errorCode"] == 404


@pytest.mark.parametrize("case", [True, False, None])
def test_the_text_stays_as_it_was_read(case: bool | None):
    assert not TEXT.islower()
    with client() as calls:
        answer = calls.post("/createTask", json={"clientKey": KEY, "task": {**TASK, "case": case}})
        assert answer.json()["solution"] == {"text": TEXT}


def test_the_picture_of_a_stranger_is_not_decoded(monkeypatch):
    monkeypatch.setattr(service, "check_task", lambda *_: pytest.fail("checked"))
    with client(capsolver={"keys": {"tests": KEY}}) as calls:
        answer = calls.post("/createTask", json={"task": {**TASK, "body": "A" * 100_000}, "clientKey": "another"})
    assert (answer.status_code, answer.json()["errorCode"]) == (401, "ERROR_KEY_DENIED_ACCESS")


def test_a_large_picture_is_read_in_slices_with_its_spaces_and_prefix():
    body = " data:image/png;base64," + base64_of(png() + bytes(200_000)).replace("A", " A\n", 5000)
    with client() as calls:
        assert calls.post("/createTask", json={**CREATE, "task": {**TASK, "body": body}}).json()["errorId"] == 0
        too_large = {**CREATE, "task": {**TASK, "body": "A" * 10_000_001}}
        assert calls.post("/createTask", json=too_large).json()["errorCode"] == "ERROR_INVALID_IMAGE"
        not_base64 = {**CREATE, "task": {**TASK, "body": "A" * 100_000 + "!"}}
        assert calls.post("/createTask", json=not_base64).json() == failed(
            "ERROR_PARSE_IMAGE_FAIL", "The image is not base64.", taskId=ANY
        )


def test_more_json_than_any_request_has_is_refused_in_words():
    with client() as calls:
        answer = calls.post("/createTask", json={**CREATE, "x": [[]] * 30_000})
    told = failed("ERROR_BAD_REQUEST", "Error Request: too much JSON beside the image")
    assert (answer.status_code, answer.json()) == (400, told)
