"""Builds the OpenAPI document of this server from the parts that the contracts provide."""

from collections.abc import Sequence

from server.contracts.base import Contract, Json
from server.http.protocol import MAX_HEAD_BYTES
from server.version import installed_version


def openapi_document(contracts: Sequence[Contract], url: str) -> Json:
    """The whole document, OpenAPI 3.1.

    Args:
        contracts: those that are switched on.
        url: the server's address, without a slash at its end.
    """
    paths = {path: item for contract in contracts for path, item in contract.openapi.items()} | _health_paths()
    schemas = {name: schema for contract in contracts for name, schema in contract.schemas.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ppocr-server",
            "version": installed_version(),
            "description": "Text recognition over HTTP. `POST /ocr` is the PP-OCRv5 service contract.",
        },
        "servers": [{"url": url}],
        "paths": {path: _with_long_heads(item) for path, item in paths.items()},
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`token <TOKEN>` or `Bearer <TOKEN>`; needed only where tokens are configured.",
                }
            },
        },
        "security": [{"token": []}, {}],
    }


def _with_long_heads(item: object) -> Json:
    """A path item whose operations name the answer to a head that is too long. No contract sees such a request."""
    too_long: Json = {"431": {"description": f"The address and the header fields have over {MAX_HEAD_BYTES} bytes"}}
    assert isinstance(item, dict)
    return {
        method: {**operation, "responses": {**operation["responses"], **too_long}}
        if isinstance(operation, dict) and "responses" in operation
        else operation
        for method, operation in item.items()
    }


def _health_paths() -> Json:
    return {
        "/health": _get(
            "Whether the server answers, in the contract's envelope", {"$ref": "#/components/schemas/Error"}, 503
        ),
        "/health/live": _get("Whether the process is alive", _object(status="string")),
        "/health/ready": _get("Whether documents are welcome, and what is loaded", _readiness(), 503),
        "/presets": _get("The presets, with their models and the contracts that read with them", _presets()),
        "/version": _get("Name and version", _object(name="string", version="string")),
        "/metrics": {
            "get": {
                "summary": "Metrics in the Prometheus text format",
                "responses": {"200": {"description": "Metrics", "content": {"text/plain": {}}}},
            }
        },
    }


def _get(summary: str, schema: Json, *other_statuses: int) -> Json:
    content = {"application/json": {"schema": schema}}
    responses = {str(status): {"description": summary, "content": content} for status in (200, *other_statuses)}
    return {"get": {"summary": summary, "responses": responses}}


def _readiness() -> Json:
    module = _object(module="string", model="string", state="string", detail="string")
    status = {"type": "string", "enum": ["starting", "ready", "draining", "failed"]}
    start = _object(step="string", done="integer", total="integer", seconds="number")
    replica = _object(
        number="integer", device="string", state="string", losses="integer", pages="integer", pixels="integer"
    )
    always = {"status": status, "modules": {"type": "array", "items": module}}
    # `start` is there while the server starts, `replicas` if there are several devices.
    sometimes = {"start": start, "replicas": {"type": "array", "items": replica}}
    return {"type": "object", "required": list(always), "properties": {**always, **sometimes}}


def _presets() -> Json:
    model: Json = {
        "type": "object",
        "required": ["task", "name", "sha256", "installed"],
        "properties": {
            "task": {"type": "string"},
            "name": {"type": "string"},
            "sha256": {"type": ["string", "null"]},
            "installed": {"type": "boolean"},
        },
    }
    texts: Json = {"type": "array", "items": {"type": "string"}}
    properties: Json = {
        "name": {"type": "string"},
        "models": {"type": "array", "items": model},
        "precision": {"type": "string"},
        "padding": {"type": "string"},
        "detection": {"type": "object"},
        "aids": texts,
        "default_of": texts,
    }
    preset: Json = {"type": "object", "required": list(properties), "properties": properties}
    return {"type": "object", "required": ["presets"], "properties": {"presets": {"type": "array", "items": preset}}}


def _object(**types: str) -> Json:
    return {
        "type": "object",
        "required": list(types),
        "properties": {name: {"type": kind} for name, kind in types.items()},
    }
