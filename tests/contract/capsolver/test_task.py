"""The task of createTask, field by field, and its answer: sections 3 and 4 of the contract."""

import uuid

import pytest
import requests

from tests.contract.capsolver.calls import CODE, CREATE_TASK, KEY, OK, TEXT, TWO_LINES, b64, create, failure, send
from tests.contract.conftest import encoded, picture


@CREATE_TASK
@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "5", "[" * 60_000, "{'a':1}", '{"clientKey":"a"} // x'])
def test_a_body_that_is_no_json_object(server, body):
    answer = requests.post(f"{server.url}/createTask", data=body, timeout=10)
    failure(answer, 400, "ERROR_BAD_REQUEST", "Error Request")


@CREATE_TASK
@pytest.mark.parametrize(
    "body",
    [
        b'{"clientKey":"a","task":{"type":"ImageToTextTask","body":"AA","score":NaN}}',
        b'{"clientKey":"a","task":{"score":' + b"9" * 5000 + b"}}",
        b'{"clientKey":"\\ud800"}',
        b'{"clientKey":"\xff"}',
    ],
)
def test_what_is_almost_json(server, body):
    failure(requests.post(f"{server.url}/createTask", data=body, timeout=10), 400, "ERROR_BAD_REQUEST")


@CREATE_TASK
@pytest.mark.parametrize("task", [None, "absent", 5, "text", [], [{"type": "ImageToTextTask"}], {}])
def test_a_task_that_is_none(server, task):
    content = {"clientKey": KEY} if task == "absent" else {"clientKey": KEY, "task": task}
    failure(send(server, "/createTask", content), 400, "ERROR_INVALID_TASK_DATA")


@CREATE_TASK
@pytest.mark.parametrize("kind", ["imagetotexttask", "ReCaptchaV2Task", " ImageToTextTask", ""])
def test_other_types(server, kind):
    failure(create(server, type=kind), 400, "ERROR_TASK_NOT_SUPPORTED", "Task types are not supported")


@CREATE_TASK
@pytest.mark.parametrize(
    "fields",
    [
        {"type": None},
        {"type": 1},
        {"body": ""},
        {"body": None},
        {"body": 5},
        {"body": [CODE]},
        {"module": "number"},
        {"module": ""},
        {"module": "Common"},
        {"module": 1},
        {"module": []},
        {"score": 0.79},
        {"score": 1.01},
        {"score": "0.9"},
        {"score": True},
        {"score": 10**30},
        {"score": {}},
        {"case": "true"},
        {"case": 0},
        {"case": []},
    ],
)
def test_fields_that_are_wrong(server, fields):
    content = failure(create(server, **fields), 400, "ERROR_INVALID_TASK_DATA")
    assert content["errorDescription"].startswith("invalid task data: ")
    if "module" in fields:
        assert content["errorDescription"] == "invalid task data: unsupported module"


@CREATE_TASK
def test_a_module_that_works_without_a_body_is_called_unsupported(server):
    task = {"type": "ImageToTextTask", "module": "number", "images": [CODE]}
    answer = send(server, "/createTask", {"clientKey": KEY, "task": task})
    failure(answer, 400, "ERROR_INVALID_TASK_DATA", "invalid task data: unsupported module")


@CREATE_TASK
@pytest.mark.parametrize(
    "fields",
    [
        {"module": None},
        {"module": "common"},
        {"score": 0.8},
        {"case": None},
        {"case": True},
        {"websiteURL": 5, "images": ["x"], "nested": {"deep": [1, 2]}},
    ],
)
def test_fields_that_are_right(server, fields):
    assert create(server, **fields).json()["solution"] == {"text": TEXT}


@CREATE_TASK
def test_other_fields_of_the_body_are_ignored(server):
    content = {"clientKey": KEY, "appId": 5, "callbackUrl": [], "task": {"type": "ImageToTextTask", "body": CODE}}
    assert send(server, "/createTask", content).json()["solution"] == {"text": TEXT}


@CREATE_TASK
def test_the_text_is_left_as_it_was_read_where_case_does_not_matter(server):
    assert create(server, case=False).json()["solution"] == {"text": TEXT}


@CREATE_TASK
def test_lines_become_one_text_by_module(server):
    assert create(server, body=TWO_LINES).json()["solution"] == {"text": "Gate 7 closes at 18:45"}
    assert create(server, body=TWO_LINES, module="queueit").json()["solution"] == {"text": "Gate7closesat18:45"}


@CREATE_TASK
@pytest.mark.parametrize("noisy", [lambda text: text[:30] + "\r\n " + text[30:], "data:image/png;base64,{}".format])
def test_white_space_and_data_uris_are_tolerated(server, noisy):
    assert create(server, body=noisy(CODE)).json()["solution"] == {"text": TEXT}


@CREATE_TASK
@pytest.mark.parametrize("extension", [".png", ".jpg", ".bmp", ".webp", ".gif"])
def test_formats(server, extension):
    data = encoded(picture(TEXT, 320, 120), extension)
    assert create(server, body=b64(data)).json()["solution"] == {"text": TEXT}


@CREATE_TASK
def test_the_answer_has_all_six_keys(server):
    answer = create(server)
    content = answer.json()
    assert answer.status_code == 200
    assert list(content) == ["errorId", "errorCode", "errorDescription", "status", "solution", "taskId"]
    assert content == {**OK, "status": "ready", "solution": {"text": TEXT}, "taskId": content["taskId"]}
    assert str(uuid.UUID(content["taskId"])) == content["taskId"]
