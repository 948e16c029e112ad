"""Calls CapSolver's contract for the tests, and checks its errors."""

import base64

import numpy as np
import pytest
import requests

from tests.contract.conftest import Server, encoded, picture

CREATE_TASK = pytest.mark.operation("CapSolver", "createTask")
GET_TASK_RESULT = pytest.mark.operation("CapSolver", "getTaskResult")
GET_BALANCE = pytest.mark.operation("CapSolver", "getBalance")

KEY = "any-key"
TEXT = "K7QX2"
OK = {"errorId": 0, "errorCode": "", "errorDescription": ""}


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


CODE = b64(encoded(picture(TEXT, 320, 120)))
TWO_LINES = b64(encoded(np.vstack([picture("Gate 7 closes"), picture("at 18:45")])))
BLANK = b64(encoded(np.full((60, 200, 3), 255, np.uint8)))


def send(server: Server, path: str, content, **options) -> requests.Response:
    return requests.post(f"{server.url}{path}", json=content, timeout=60, **options)


def create(server: Server, key: object = KEY, **fields) -> requests.Response:
    task = {"type": "ImageToTextTask", "body": CODE, **fields}
    return send(server, "/createTask", {"clientKey": key, "task": task})


def failure(answer: requests.Response, status: int, code: str, description: str | None = None) -> dict:
    content = answer.json()
    assert (answer.status_code, content["errorId"], content["errorCode"]) == (status, 1, code), content
    assert set(content) <= {"errorId", "errorCode", "errorDescription", "taskId"}
    assert content["errorDescription"]
    if description is not None:
        assert content["errorDescription"] == description
    return content
