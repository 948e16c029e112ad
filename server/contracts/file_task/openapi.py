"""The contract's OpenAPI path items."""

from collections.abc import Mapping

from server.contracts.base import Json
from server.contracts.file_task.languages import DEFAULT, NAMES
from server.contracts.file_task.request import DEFAULT_FORMAT, FORMATS, MAX_PASSWORD
from server.contracts.file_task.response import FILES_PATH, TASK_TYPE
from server.contracts.openapi_parts import INTEGER, TEXT, json_response, structure
from server.export.files.result_file import RESULT_FORMATS

INTEGERS = (
    "state", "progress", "ocr_pages", "file_pages", "input_size", "output_size", "created_at", "processed_at",
    "completed_at",
)  # fmt: skip
COMMON_ERRORS = (401, 404, 500, 503)


def openapi_paths() -> Mapping[str, Json]:
    """The path items."""
    return {"/task/pic/ocr": _create(), "/task/{task_id}": _find(), f"{FILES_PATH}/{{token}}/{{name}}": _download()}


def _create() -> Json:
    content = {
        "multipart/form-data": {"schema": _form(_text("The document."), file=True)},
        "application/x-www-form-urlencoded": {"schema": _form({}, file=False)},
    }
    operation = {
        "operationId": "createFileTask",
        "summary": "Turn a document into a text, PDF or Office file",
        "requestBody": {"required": True, "content": content},
        "responses": {"200": _task(), **_errors(400, 408, 413, 415, 429, *COMMON_ERRORS)},
    }
    return {"post": operation}


def _find() -> Json:
    operation = {
        "operationId": "getFileTask",
        "summary": "What has become of a task",
        "parameters": [_parameter("task_id")],
        "responses": {"200": _task(), **_errors(*COMMON_ERRORS)},
    }
    return {"get": operation}


def _download() -> Json:
    file = {"schema": {"type": "string", "format": "binary"}}
    types = {RESULT_FORMATS[name].media_type.partition(";")[0]: file for name in FORMATS}
    operation = {
        "operationId": "getFileTaskResult",
        "summary": "A task's result, by the address in its `file`",
        "parameters": [_parameter("token"), _parameter("name")],
        "responses": {"200": {"description": "The file", "content": types}, **_errors(*COMMON_ERRORS)},
        "security": [],
    }
    return {"get": operation}


def _form(document: Json, *, file: bool) -> Json:
    properties: Json = {
        "image_url": {"type": "string", "description": "Address of the document, instead of the document."},
        "format": {"type": "string", "enum": list(FORMATS), "default": DEFAULT_FORMAT},
        "language": {
            "type": "string",
            "default": DEFAULT,
            "description": f"Names between commas: {', '.join(NAMES)}.",
        },
        "password": {"type": "string", "maxLength": MAX_PASSWORD, "description": "Opens an encrypted document."},
    }
    if file:
        return structure({"image_file": {**document, "format": "binary"}, **properties}, ())
    return structure(properties, ("image_url",))


def _task() -> Json:
    data: Json = {
        "file": _text("Address of the result; empty as long as there is none."),
        "type": {"const": TASK_TYPE},
        "task_id": {"type": "string", "format": "uuid"},
        "state_detail": _text("For people; `Complete` where `state` is 1."),
        **dict.fromkeys(INTEGERS, INTEGER),
    }
    envelope = structure({"status": {"const": 200}, "data": structure(data)})
    return json_response("The task. `state` 1: done; above 1 or 0: not yet; below 0: failed", envelope)


def _errors(*statuses: int) -> Json:
    refusal = structure({"status": INTEGER, "message": TEXT, "data": {"type": "null"}})
    return {str(status): json_response("Refused", refusal) for status in sorted(statuses)}


def _parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _text(description: str) -> Json:
    return {**TEXT, "description": description}
