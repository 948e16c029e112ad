"""The contract's part of the API description."""

from collections.abc import Mapping
from http import HTTPStatus

from server.contracts.base import Json
from server.contracts.openapi_parts import INTEGER, TEXT, array, json_content, json_response, structure
from server.contracts.paddleocr_jobs.links import FILES, PATH
from server.contracts.paddleocr_jobs.request import MAX_BATCH_ID
from server.contracts.paddleocr_jobs.response import PREFIX, STATES

COMMON_ERRORS = (401, 404, 405, 429, 500, 503)
DESCRIPTIONS = {
    "fileUrl": "An http(s) address of the document, of a host that the server may fetch from.",
    "model": "The name of a model, such as `PP-OCRv6` or `PP-StructureV3`.",
    "pageRanges": "The pages to read, from 1 on: `2,4-6`. `2--2` is the second page to the last but one.",
    "batchId": "A name of the caller's own for jobs that belong together.",
}


def openapi_paths() -> Mapping[str, Json]:
    """The path items."""
    jobs = f"{PATH}/jobs"
    return {
        jobs: {"post": _submit()},
        f"{jobs}/{{job_id}}": {"get": _find()},
        f"{jobs}/batch/{{batch_id}}": {"get": _find_batch()},
        f"{PATH}/{FILES}/{{job_id}}/{{seal}}/{{number}}/{{name}}": {"get": _download()},
    }


def _submit() -> Json:
    payload: Json = {"type": ["object", "null"], "description": "The options of the model."}
    fields = {name: {"type": ["string", "null"], "description": said} for name, said in DESCRIPTIONS.items()}
    batch: Json = {"maxLength": MAX_BATCH_ID, "minLength": 1}
    in_json = structure(
        {**fields, "fileUrl": {**fields["fileUrl"], "type": "string"}, "optionalPayload": payload}, ("fileUrl",)
    )
    in_form = structure(
        {
            "file": {"type": "string", "format": "binary"},
            **{name: {**field, "type": "string"} for name, field in fields.items() if name != "fileUrl"},
            "optionalPayload": {"type": "string", "description": "The options of the model as a JSON object."},
        },
        ("file",),
    )
    for form in (in_json, in_form):
        properties = form["properties"]
        assert isinstance(properties, dict)
        properties["batchId"] = {**properties["batchId"], **batch}
    content = {**json_content(in_json), "multipart/form-data": {"schema": in_form}}
    return {
        "operationId": "submitPaddleOcrJob",
        "summary": "PaddleOCR: read a document of any length",
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": _success("The job", structure({"jobId": _job_id()})),
            **_errors(400, 408, 415, *COMMON_ERRORS),
        },
    }


def _find() -> Json:
    return {
        "operationId": "getPaddleOcrJob",
        "summary": "PaddleOCR: what has become of a job",
        "parameters": [_path("job_id")],
        "responses": {"200": _success("The job", _state()), **_errors(400, *COMMON_ERRORS)},
    }


def _find_batch() -> Json:
    found = structure({"batchId": TEXT, "extractResult": array(_state())})
    return {
        "operationId": "getPaddleOcrBatch",
        "summary": "PaddleOCR: what has become of the jobs of a batch",
        "parameters": [_path("batch_id")],
        "responses": {"200": _success("The jobs", found), **_errors(*COMMON_ERRORS)},
    }


def _download() -> Json:
    file = {"schema": {"type": "string", "format": "binary"}}
    content = dict.fromkeys(("application/x-ndjson; charset=utf-8", "text/markdown", "image/jpeg"), file)
    return {
        "operationId": "getPaddleOcrFile",
        "summary": "PaddleOCR: a file of a job, by its link",
        "parameters": [_path(name) for name in ("job_id", "seal", "number", "name")],
        "responses": {"200": {"description": "The file", "content": content}, **_errors(403, *COMMON_ERRORS)},
        "security": [],
    }


def _state() -> Json:
    progress = structure(
        {"totalPages": INTEGER, "extractedPages": INTEGER, "startTime": TEXT, "endTime": TEXT},
        ("totalPages", "extractedPages", "startTime"),
    )
    return structure(
        {
            "jobId": _job_id(),
            "state": {"type": "string", "enum": list(STATES)},
            "extractProgress": progress,
            "resultUrl": structure({"jsonUrl": TEXT, "markdownUrl": TEXT}, ("jsonUrl",)),
            "errorMsg": TEXT,
            "engine": {"type": "object", "additionalProperties": TEXT},
            "warnings": array(TEXT),
        },
        ("jobId", "state"),
    )


def _job_id() -> Json:
    return {"type": "string", "pattern": f"^{PREFIX}[0-9a-f]{{32}}$"}


def _success(description: str, data: Json) -> Json:
    envelope = structure({"traceId": TEXT, "code": {"const": 0}, "msg": TEXT, "data": data})
    return json_response(description, envelope)


def _errors(*statuses: int) -> Json:
    refusal = structure(
        {"traceId": TEXT, "code": INTEGER, "msg": TEXT, "data": structure({"errorMsg": TEXT}, ())},
    )
    return {str(status): json_response(HTTPStatus(status).phrase, refusal) for status in sorted(statuses)}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}
