"""The contract's answers, with exactly its keys. Their keys never depend on earlier requests."""

from litestar import Response

from server.contracts.base import Json
from server.contracts.capsolver.errors import Failure
from server.http.json_response import json_response


def task_created(task_id: str, text: str) -> Response[bytes]:
    """The answer of ``createTask``, which already holds the result."""
    return _ok({"status": "ready", "solution": {"text": text}, "taskId": task_id})


def task_result(task_id: str, text: str) -> Response[bytes]:
    """The answer of ``getTaskResult``."""
    return _ok({"taskId": task_id, "status": "ready", "solution": {"text": text}})


def balance(amount: float) -> Response[bytes]:
    """The answer of ``getBalance``."""
    return _ok({"balance": amount, "packages": []})


def failed(failure: Failure, task_id: str | None) -> Response[bytes]:
    """The answer to any error."""
    content: Json = {"errorId": 1, "errorCode": failure.code, "errorDescription": failure.description}
    return json_response(content if task_id is None else {**content, "taskId": task_id}, failure.status)


def _ok(content: Json) -> Response[bytes]:
    return json_response({"errorId": 0, "errorCode": "", "errorDescription": "", **content})
