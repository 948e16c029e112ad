"""The part of the OpenAPI document that describes this contract."""

from server.api.vendors.capsolver.request import MIN_SCORE, TASK_TYPE
from server.api.vendors.contract import Json

_STATUSES = (400, 401, 405, 429, 500, 503)
_TEXT: Json = {"type": "string"}
_NOTHING: Json = {"type": "string", "const": ""}
_SOLUTION: Json = {"type": "object", "required": ["text"], "properties": {"text": _TEXT}}


def openapi_paths() -> dict[str, Json]:
    """The path items."""
    ready: Json = {"status": {"type": "string", "const": "ready"}, "solution": _SOLUTION, "taskId": _TEXT}
    amount: Json = {"balance": {"type": "number"}, "packages": {"type": "array", "maxItems": 0}}
    return {
        "/createTask": _path("CapSolver: read the text of a small picture", {"task": _task()}, ready),
        "/getTaskResult": _path("CapSolver: the outcome of a task", {"taskId": _TEXT}, ready),
        "/getBalance": _path("CapSolver: the balance", {}, amount),
    }


def _task() -> Json:
    properties: Json = {
        "type": {"type": "string", "const": TASK_TYPE},
        "body": {"type": "string", "description": "Base64 of a PNG, JPEG, GIF, BMP or WebP."},
        "module": {"type": ["string", "null"], "description": "`common` unless given."},
        "score": {"type": ["number", "null"], "minimum": MIN_SCORE, "maximum": 1},
        "case": {"type": ["boolean", "null"], "description": "`false`: the text in lower case."},
    }
    return {"type": "object", "required": ["type", "body"], "properties": properties}


def _path(summary: str, fields: Json, answer: Json) -> Json:
    request = _object({"clientKey": _TEXT, **fields})
    success: Json = {"errorId": {"type": "integer", "const": 0}, "errorCode": _NOTHING, "errorDescription": _NOTHING}
    failure: Json = {"errorId": {"type": "integer", "const": 1}, "errorCode": _TEXT, "errorDescription": _TEXT}
    failed = {**_object(failure), "properties": {**failure, "taskId": _TEXT}}
    responses: Json = {"200": _response("The answer", _object({**success, **answer}))}
    responses |= {str(status): _response("What went wrong", failed) for status in _STATUSES}
    body: Json = {"required": True, "content": {"application/json": {"schema": request}}}
    return {"post": {"summary": summary, "security": [], "requestBody": body, "responses": responses}}


def _object(properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


def _response(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
