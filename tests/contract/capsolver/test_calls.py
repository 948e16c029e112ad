"""The three calls share these rules; getTaskResult has its own: sections 1, 2 and 5 of the contract."""

import json

import pytest
import requests

from tests.contract.capsolver.calls import (
    BLANK,
    CODE,
    CREATE_TASK,
    GET_BALANCE,
    GET_TASK_RESULT,
    KEY,
    OK,
    TEXT,
    create,
    failure,
    send,
)


@CREATE_TASK
@pytest.mark.parametrize("content_type", ["text/plain", "", "application/x-www-form-urlencoded", ";;=", "image/png"])
def test_any_content_type_is_read_as_json(server, content_type):
    body = json.dumps({"clientKey": KEY, "task": {"type": "ImageToTextTask", "body": CODE}})
    headers = {"Content-Type": content_type} if content_type else {}
    answer = requests.post(f"{server.url}/createTask", data=body.encode(), headers=headers, timeout=60)
    assert answer.json()["solution"] == {"text": TEXT}


@GET_BALANCE
def test_a_trailing_slash_is_tolerated(server):
    answer = send(server, "/getBalance/", {"clientKey": KEY}, allow_redirects=False)
    assert (answer.status_code, answer.json()["errorId"]) == (200, 0)


@CREATE_TASK
@GET_TASK_RESULT
@GET_BALANCE
@pytest.mark.parametrize("path", ["/createTask", "/getTaskResult", "/getBalance", "/createTask/"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_405_in_the_contracts_shape(server, method, path):
    failure(requests.request(method, server.url + path, timeout=10), 405, "ERROR_BAD_REQUEST")


@CREATE_TASK
@GET_TASK_RESULT
@GET_BALANCE
@pytest.mark.parametrize("path", ["/createTask", "/getTaskResult", "/getBalance"])
@pytest.mark.parametrize("key", [None, "", "absent", 5, ["a"], True])
def test_a_key_that_is_none_is_401(server, path, key):
    content = {} if key == "absent" else {"clientKey": key}
    failure(send(server, path, content), 401, "ERROR_KEY_DENIED_ACCESS", "Wrong account key")


@CREATE_TASK
@GET_BALANCE
def test_the_vendor_s_client_for_go_writes_the_key_with_a_capital(server):
    task = {"type": "ImageToTextTask", "body": CODE, "metadata": None, "html": ""}
    for path, content in (("/createTask", {"task": task}), ("/getBalance", {})):
        body = json.dumps({"ClientKey": KEY, **content})
        answer = requests.post(f"{server.url}{path}", body, headers={"Content-Type": "json/application"}, timeout=60)
        assert answer.status_code == 200, answer.text
    failure(send(server, "/getBalance", {"clientKey": None, "ClientKey": KEY}), 401, "ERROR_KEY_DENIED_ACCESS")


@GET_BALANCE
def test_the_body_wins_over_the_header(server):
    answer = send(server, "/getBalance", {"clientKey": None}, headers={"Authorization": f"Bearer {KEY}"})
    failure(answer, 401, "ERROR_KEY_DENIED_ACCESS")


@CREATE_TASK
def test_the_key_comes_before_the_task(server):
    failure(send(server, "/createTask", {"task": 5}), 401, "ERROR_KEY_DENIED_ACCESS")


@GET_TASK_RESULT
def test_a_result_can_be_fetched_again_by_its_owner_alone(server):
    task_id = create(server).json()["taskId"]
    answer = send(server, "/getTaskResult", {"clientKey": KEY, "taskId": task_id})
    assert answer.status_code == 200
    assert answer.json() == {**OK, "taskId": task_id, "status": "ready", "solution": {"text": TEXT}}
    other = send(server, "/getTaskResult", {"clientKey": "another", "taskId": task_id})
    failure(other, 400, "ERROR_TASKID_INVALID", "Task ID does not exist or is invalid")


@GET_TASK_RESULT
@pytest.mark.parametrize("task_id", ["absent", None, "", 5, [], "0b8e6f1c-6a55-4c0e-9f2e-9d5c5f0f7a10"])
def test_unknown_tasks(server, task_id):
    content = {"clientKey": KEY} if task_id == "absent" else {"clientKey": KEY, "taskId": task_id}
    failure(send(server, "/getTaskResult", content), 400, "ERROR_TASKID_INVALID")


@GET_TASK_RESULT
def test_120_queries_are_answered(server):
    task_id = create(server).json()["taskId"]
    content = {"clientKey": KEY, "taskId": task_id}
    with requests.Session() as session:
        answers = [session.post(f"{server.url}/getTaskResult", json=content, timeout=10) for _ in range(121)]
    assert all(answer.status_code == 200 for answer in answers[:120])
    failure(answers[120], 400, "ERROR_TASKID_INVALID")


@GET_TASK_RESULT
def test_a_failed_task_repeats_its_error(server):
    failed = failure(create(server, body=BLANK), 400, "ERROR_CAPTCHA_UNSOLVABLE", "Captcha not recognized")
    again = send(server, "/getTaskResult", {"clientKey": KEY, "taskId": failed["taskId"]})
    assert failure(again, 400, "ERROR_CAPTCHA_UNSOLVABLE") == failed
