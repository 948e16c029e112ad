"""Parses a request's body, in any of its four forms, into a checked call: the parameters and the file.

JSON is the contract's form. ``image/*``, ``application/pdf`` and ``multipart/form-data`` are our own forms. They carry
the file as it is, and the parameters in the query or in form fields, which win. If ``fileType`` is missing, the file's
content gives its kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.contracts.paddlex.request import OcrRequest, validate_body, validate_parameters
from server.contracts.paddlex_shapes.json_body import (
    CONTENT_TYPE_HINT,
    decode_json,
    is_json,
    log_id_of,
    peek_log_id,
)
from server.contracts.paddlex_shapes.parameters import OcrParameters
from server.contracts.paddlex_shapes.validation_errors import missing
from server.errors import InvalidRequest
from server.http.body import split_content_type
from server.http.json_outline import LongString
from server.http.multipart_body import parse_form
from server.telemetry.record import RequestRecord

FIELDS = tuple(field.alias or name for name, field in OcrRequest.model_fields.items())


@dataclass(frozen=True, slots=True)
class Call:
    """One checked call.

    Attributes:
        parameters: the request's parameters.
        file: the JSON form's URL or base64 as text, or the file itself as bytes.
        preset_in: the place where a preset was or could be named.
    """

    parameters: OcrParameters
    file: str | LongString | bytes
    preset_in: Literal["body", "query"] = "body"


def parse_call(body: bytes, content_type: str, query: Mapping[str, str], record: RequestRecord) -> Call:
    """Parse and check a body. Pure CPU work in proportion to its size.

    Args:
        body: the whole body.
        content_type: its header; empty if there is none.
        query: the query parameters; the JSON form ignores them.
        record: gets the caller's ``logId`` as soon as it is known, also if the rest is refused.

    Raises:
        InvalidRequest: the body or a parameter is wrong.
    """
    if not body:
        raise missing("body")
    main, sub = split_content_type(content_type)
    if main == "image" or (main, sub) == ("application", "pdf"):
        return Call(_parameters({}, query, record), body, "query")
    if (main, sub) == ("multipart", "form-data"):
        return _form_call(body, content_type, query, record)
    return _json_call(body, content_type, record)


def _json_call(body: bytes, content_type: str, record: RequestRecord) -> Call:
    if not is_json(content_type):
        record.log_id = peek_log_id(body)
        try:
            validate_body(body)
        except InvalidRequest as error:
            error.hint = CONTENT_TYPE_HINT
            raise
    decoded = decode_json(body, FIELDS)
    record.log_id = log_id_of(decoded)
    file = decoded.get("file") if isinstance(decoded, dict) else None
    if isinstance(decoded, dict) and isinstance(file, LongString):
        return Call(validate_body({**decoded, "file": ""}), file)
    request = validate_body(decoded)
    return Call(request, request.file)


def _form_call(body: bytes, content_type: str, query: Mapping[str, str], record: RequestRecord) -> Call:
    form = parse_form(body, content_type)
    parameters = _parameters(form.fields, query, record)
    if not form.file:
        raise missing("body", "file")
    return Call(parameters, form.file, "body" if form.fields.get("preset") else "query")


def _parameters(fields: Mapping[str, str], query: Mapping[str, str], record: RequestRecord) -> OcrParameters:
    record.log_id = log_id_of({**query, **fields})
    in_query = validate_parameters({name: text for name, text in query.items() if name not in fields}, "query")
    in_form = validate_parameters(dict(fields), "body")
    return in_query.model_copy(update=in_form.model_dump(exclude_unset=True))
