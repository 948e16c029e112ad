"""The part of the OpenAPI document that describes this contract."""

from server.contracts.base import Json
from server.contracts.capsolver.request import MIN_SCORE, TASK_TYPE
from server.contracts.openapi_parts import TEXT, json_content, json_response, structure

_STATUSES = (400, 401, 405, 415, 429, 500, 503)
_NOTHING: Json = {"type": "string", "const": ""}
_SOLUTION = structure({"text": TEXT})


def openapi_paths() -> dict[str, Json]:
    """The path items."""
    ready: Json = {"status": {"type": "string", "const": "ready"}, "solution": _SOLUTION, "taskId": TEXT}
    amount: Json = {"balance": {"type": "number"}, "packages": {"type": "array", "maxItems": 0}}
    return {
        "/createTask": _path("CapSolver: read the text of a small picture", {"task": _task()}, ready),
        "/getTaskResult": _path("CapSolver: the outcome of a task", {"taskId": TEXT}, ready),
        "/getBalance": _path("CapSolver: the balance", {}, amount),
    }


def _task() -> Json:
    properties: Json = {
        "type": {"type": "string", "const": TASK_TYPE},
        "body": {"type": "string", "description": "Base64 of a PNG, JPEG, GIF, BMP or WebP."},
        "module": {"type": ["string", "null"], "description": "`common` unless given."},
        "score": {"type": ["number", "null"], "minimum": MIN_SCORE, "maximum": 1},
        "case": {"type": ["boolean", "null"], "description": "Changes nothing."},
    }
    return structure(properties, ("type", "body"))


def _path(summary: str, fields: Json, answer: Json) -> Json:
    request = structure({"clientKey": TEXT, **fields})
    success: Json = {"errorId": {"type": "integer", "const": 0}, "errorCode": _NOTHING, "errorDescription": _NOTHING}
    failure: Json = {"errorId": {"type": "integer", "const": 1}, "errorCode": TEXT, "errorDescription": TEXT}
    failed = structure({**failure, "taskId": TEXT}, failure)
    responses: Json = {"200": json_response("The answer", structure({**success, **answer}))}
    responses |= {str(status): json_response("What went wrong", failed) for status in _STATUSES}
    body: Json = {"required": True, "content": json_content(request)}
    return {"post": {"summary": summary, "security": [], "requestBody": body, "responses": responses}}
