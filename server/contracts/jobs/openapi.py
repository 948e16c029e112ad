"""The contract's part of the API description."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from server.contracts.base import Json
from server.contracts.jobs.formats import EXTENSIONS, FILES, JSON
from server.contracts.jobs.request import ACCEPTED_FORMATS, MAX_KEY, MAX_PASSWORD, JobParameters, JobRequest
from server.contracts.jobs.response import PATH
from server.contracts.openapi_parts import INTEGER, TEXT, array, json_content, json_response, structure
from server.jobs.job import JobState

DESCRIPTIONS = {
    "file": "Base64 of the document, or an http(s) URL of a host that the server may fetch from.",
    "outputFormats": (
        "The results. JSON, text formats and PDF are also made later, the others are not. `layout` is no file: it adds "
        "the structure to each page."
    ),
    "pages": "The pages to read, from 1 on: `1-5,8`. All of them where it is absent.",
    "webhook": "This address is told of the end. Its host must be allowed.",
    "password": "Opens an encrypted document.",
}
AS_OCR = "As at `POST /ocr`."
ERRORS = (401, 404, 405, 500, 503)
CREATE_ERRORS = (408, 413, 415, 422, 429, *ERRORS)


def openapi_paths() -> Mapping[str, Json]:
    """The path items."""
    own = f"{PATH}/{{job_id}}"
    return {
        PATH: {"post": _create(), "get": _list()},
        own: {"get": _find(), "delete": _delete()},
        f"{own}/pages": {"get": _pages()},
        f"{own}/events": {"get": _events()},
        f"{own}/{{name}}": {"get": _result()},
    }


def _create() -> Json:
    binary = {"schema": {"type": "string", "format": "binary"}}
    fields = {name: _in_text(name, kind) for name, kind in request_fields(JobParameters).items()}
    form = structure({"file": {"type": "string", "format": "binary"}, **fields}, ("file",))
    requested: Json = {**request_fields(JobRequest)}
    content = {
        **json_content(structure(requested, ("file",))),
        "multipart/form-data": {"schema": form},
        "image/*": binary,
        "application/pdf": binary,
    }
    key: Json = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "The same key with the same request gives the same job.",
        "schema": {"type": "string", "maxLength": MAX_KEY, "pattern": "^[!-~]*$"},
    }
    query = [{"name": name, "in": "query", "required": False, "schema": kind} for name, kind in fields.items()]
    answer = structure({"id": _uuid(), "state": _state(), "links": _links(), "webhookSecret": TEXT}, ("id", "state"))
    return {
        "operationId": "createJob",
        "summary": "Read a document of any length, page by page",
        "parameters": [key, *query],
        "requestBody": {"required": True, "content": content},
        "responses": {"202": json_response("The job", answer), **_errors(*CREATE_ERRORS)},
    }


def _list() -> Json:
    jobs = structure({"jobs": array(_job()), "after": _uuid()}, ("jobs",))
    states = {"name": "state", "in": "query", "required": False, "schema": _state()}
    after = {"name": "after", "in": "query", "required": False, "schema": _uuid()}
    return {
        "operationId": "listJobs",
        "summary": "The caller's jobs, the newest first",
        "parameters": [states, after],
        "responses": {"200": json_response("The jobs", jobs), **_errors(422, *ERRORS)},
    }


def _find() -> Json:
    return {
        "operationId": "getJob",
        "summary": "What has become of a job",
        "parameters": [_path("job_id")],
        "responses": {"200": json_response("The job", _job()), **_errors(410, *ERRORS)},
    }


def _delete() -> Json:
    return {
        "operationId": "deleteJob",
        "summary": "Cancel a job, or delete a finished one",
        "parameters": [_path("job_id")],
        "responses": {"204": {"description": "Done"}, **_errors(410, *ERRORS)},
    }


def _pages() -> Json:
    answer = structure(
        {
            "ocrResults": array({"type": "object"}),
            "pages": array(INTEGER),
            "next": INTEGER,
            "complete": {"type": "boolean"},
        }
    )
    first = {"name": "from", "in": "query", "required": False, "schema": {"type": "integer", "minimum": 1}}
    return {
        "operationId": "getJobPages",
        "summary": "Finished pages, in order, up to the first one that is not finished",
        "parameters": [_path("job_id"), first],
        "responses": {"200": json_response("The pages", answer), **_errors(410, 422, *ERRORS)},
    }


def _events() -> Json:
    last = {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "pattern": "^[!-~]*$"},
    }
    stream = {"description": "The events `state`, `page` and `end`", "content": {"text/event-stream": {"schema": TEXT}}}
    nothing = {"description": "The client was told of the end"}
    return {
        "operationId": "getJobEvents",
        "summary": "Server-sent events of a job",
        "parameters": [_path("job_id"), last],
        "responses": {"200": stream, "204": nothing, **_errors(410, *ERRORS)},
    }


def _result() -> Json:
    file = {"schema": {"type": "string", "format": "binary"}}
    types = {form.result.media_type.partition(";")[0]: file for form in FILES.values()}
    content = {**types, "application/json": {"schema": {"type": "object"}}}
    names = "|".join(EXTENSIONS)
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": f"^result\\.({names})$"},
    }
    return {
        "operationId": "getJobResult",
        "summary": "A result of a finished job",
        "parameters": [_path("job_id"), name],
        "responses": {"200": {"description": "The result", "content": content}, **_errors(409, 410, *ERRORS)},
    }


def request_fields(model: type[JobParameters] = JobParameters) -> dict[str, dict[str, Any]]:
    """The schema of each field of a request, by its name."""
    properties: dict[str, dict[str, Any]] = model.model_json_schema(by_alias=True)["properties"]
    fields = {
        name: {key: value for key, value in kind.items() if key not in ("title", "default")}
        for name, kind in properties.items()
    }
    fields["outputFormats"] = {"type": ["array", "null"], "items": {"enum": list(ACCEPTED_FORMATS)}, "default": [JSON]}
    fields["password"] = {"type": ["string", "null"], "maxLength": MAX_PASSWORD}
    return {name: {**kind, "description": DESCRIPTIONS.get(name, AS_OCR)} for name, kind in fields.items()}


def _in_text(name: str, kind: Json) -> Json:
    """A field in a query or a form, which have no lists and no null."""
    description = {"description": kind["description"]}
    if name == "outputFormats":
        names = "|".join(ACCEPTED_FORMATS)
        return {"type": "string", "pattern": f"^({names})(,({names}))*$", **description}
    if name == "password":
        return {"type": "string", "maxLength": MAX_PASSWORD, **description}
    kinds = kind["anyOf"]
    assert isinstance(kinds, list)
    (given,) = [each for each in kinds if each != {"type": "null"}]
    return {**given, **description}


def _job() -> Json:
    failed = structure({"page": INTEGER, "reason": TEXT})
    warning = structure({"code": TEXT, "page": INTEGER, "message": TEXT}, ("code", "message"))
    properties: Json = {
        "id": _uuid(),
        "state": _state(),
        "pagesTotal": INTEGER,
        "pagesDone": INTEGER,
        "failedPages": array(failed),
        "position": INTEGER,
        "createdAt": TEXT,
        "startedAt": TEXT,
        "endedAt": TEXT,
        "expiresAt": {"type": ["string", "null"]},
        "error": structure({"reason": TEXT, "message": TEXT}),
        "warnings": array(warning),
        "links": _links(),
    }
    return structure(properties, [name for name in properties if name not in ("startedAt", "endedAt", "error")])


def _links() -> Json:
    results: Json = {"type": "object", "additionalProperties": TEXT}
    return structure({"self": TEXT, "events": TEXT, "pages": TEXT, "result": TEXT, "results": results})


def _state() -> Json:
    return {"type": "string", "enum": [state.value for state in JobState]}


def _uuid() -> Json:
    return {"type": "string", "format": "uuid"}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": _uuid()}


def _errors(*statuses: int) -> Json:
    error: Json = {"$ref": "#/components/schemas/Error"}
    return {str(status): json_response(HTTPStatus(status).phrase, error) for status in sorted(statuses)}
