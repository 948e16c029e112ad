"""The part of the OpenAPI document that describes this contract."""

from collections.abc import Sequence

from server.contracts.baidu.errors import FAILURES
from server.contracts.baidu.languages import ACCURATE, GENERAL
from server.contracts.baidu.request import Api
from server.contracts.base import Json
from server.contracts.openapi_parts import INTEGER, TEXT, array, json_response, structure

_FLAG: Json = {"type": "string", "enum": ["true", "false"]}
_FORM = "application/x-www-form-urlencoded"


def openapi_paths(token_path: str, apis: Sequence[Api]) -> dict[str, Json]:
    """The path items."""
    return {token_path: _token(), **{api.path: {"post": _operation(api), "get": _refusal(api)} for api in apis}}


def _token() -> Json:
    names = ("grant_type", "client_id", "client_secret")
    texts = ("access_token", "refresh_token", "scope", "session_key", "session_secret")
    answer = structure({**dict.fromkeys(texts, TEXT), "expires_in": INTEGER})
    error = structure({"error": TEXT, "error_description": TEXT})
    responses: Json = {"200": json_response("The token", answer)}
    responses |= {str(status): json_response("No token", error) for status in (400, 401, 408, 413, 415, 500, 503)}
    operation: Json = {
        "summary": "Baidu AI: an access token for an API key and its secret key",
        "security": [],
        "parameters": [{"name": name, "in": "query", "schema": TEXT} for name in names],
        "responses": responses,
    }
    return {"get": operation, "post": operation}


def _operation(api: Api) -> Json:
    answer: Json = {"oneOf": [_answer(api), _failure()]}
    return {
        "summary": f"Baidu AI: general OCR, {api.name}",
        "security": [],
        "parameters": [{"name": "access_token", "in": "query", "schema": TEXT}],
        "requestBody": {"content": {_FORM: {"schema": _request(api)}}},
        "responses": {"200": json_response("The text, or what went wrong", answer)},
    }


def _refusal(api: Api) -> Json:
    return {
        "summary": f"Baidu AI: {api.name} without parameters",
        "security": [],
        "responses": {"200": json_response("What went wrong", _failure())},
    }


def _failure() -> Json:
    codes = [failure.code for failure in FAILURES]
    properties: Json = {"error_code": {**INTEGER, "enum": codes}, "error_msg": TEXT, "log_id": INTEGER}
    return structure(properties, ("error_code", "error_msg"))


def _request(api: Api) -> Json:
    languages = ACCURATE if api.accurate else GENERAL
    fields: Json = {
        "image": {**TEXT, "description": "Base64 of a JPEG, PNG or BMP."},
        "url": {**TEXT, "description": "Address of an image, where there is no `image`."},
        "pdf_file": {**TEXT, "description": "Base64 of a PDF, where there is neither."},
        "pdf_file_num": {**TEXT, "description": "Page of the PDF, from 1."},
        "language_type": {**TEXT, "enum": list(languages)},
    }
    flags = ["detect_direction", "detect_language", "paragraph", "probability"]
    if api.located:
        fields["recognize_granularity"] = {**TEXT, "enum": ["big", "small"]}
        fields["eng_granularity"] = {**TEXT, "enum": ["word", "letter"]}
        flags += ["vertexes_location", "char_probability"]
    return structure({**fields, **dict.fromkeys(flags, _FLAG)}, ())


def _answer(api: Api) -> Json:
    line: Json = {"words": TEXT}
    if api.located:
        line["location"] = structure(dict.fromkeys(("top", "left", "width", "height"), INTEGER))
    always: Json = {"log_id": INTEGER, "words_result_num": INTEGER, "words_result": array(structure(line))}
    optional: Json = {
        "direction": {"type": "integer", "minimum": -1, "maximum": 3},
        "language": {"type": "integer", "minimum": -1, "maximum": 3},
        "paragraphs_result": array(structure({"words_result_idx": array(INTEGER)})),
        "paragraphs_result_num": INTEGER,
        "pdf_file_size": TEXT,
    }
    return structure({**always, **optional}, always)
