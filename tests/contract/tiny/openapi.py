"""The part of the OpenAPI document that describes this contract."""

from server.contracts.base import Json
from server.contracts.openapi_parts import TEXT, array, json_response, structure
from tests.contract.tiny.request import KEY_HEADER

_STATUSES = (401, 405, 408, 413, 415, 422, 429, 500, 503)


def openapi_paths(path: str) -> dict[str, Json]:
    """The path items."""
    file = {"schema": {"type": "string", "format": "binary"}}
    failure = json_response("Why not", structure({"ok": {"const": False}, "why": TEXT}))
    success = json_response("The lines", structure({"ok": {"const": True}, "lines": array(TEXT)}))
    operation: Json = {
        "summary": "Tiny: the lines of an image or a PDF",
        "security": [],
        "parameters": [{"name": KEY_HEADER, "in": "header", "schema": {**TEXT, "minLength": 1}}],
        "requestBody": {"required": True, "content": {"image/*": file, "application/pdf": file}},
        "responses": {"200": success, **{str(status): failure for status in _STATUSES}},
    }
    return {path: {"post": operation}}
