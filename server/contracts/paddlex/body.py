"""Parses a request's body, in any of its four forms, into a checked call: the parameters and the file.

JSON is the contract's form. ``image/*``, ``application/pdf`` and ``multipart/form-data`` are our own forms. They carry
the file as it is, and the parameters in the query or in form fields, which win. If ``fileType`` is missing, the file's
content gives its kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.contracts.paddlex.request import OcrRequest, validate_parameters
from server.contracts.paddlex_shapes.json_body import log_id_of
from server.contracts.paddlex_shapes.json_request import parse_json
from server.contracts.paddlex_shapes.parameters import OcrParameters
from server.contracts.paddlex_shapes.validation_errors import missing
from server.http.body import split_content_type
from server.http.json_outline import LongString
from server.http.multipart_body import parse_form
from server.telemetry.record import RequestRecord


@dataclass(frozen=True, slots=True)
class Call:
    """One checked call.

    Attributes:
        parameters: the request's parameters.
        file: the JSON form's URL or base64 as text, or the file itself as bytes.
        preset_in: the place where a preset was or could be named.
        language: LiteParse's field of a form; None if there is none.
    """

    parameters: OcrParameters
    file: str | LongString | bytes
    preset_in: Literal["body", "query"] = "body"
    language: str | None = None


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
    return Call(*parse_json(body, content_type, record, OcrRequest))


def _form_call(body: bytes, content_type: str, query: Mapping[str, str], record: RequestRecord) -> Call:
    form = parse_form(body, content_type)
    parameters = _parameters(form.fields, query, record)
    if not form.file:
        raise missing("body", "file")
    place: Literal["body", "query"] = "body" if form.fields.get("preset") else "query"
    return Call(parameters, form.file, place, form.fields.get("language"))


def _parameters(fields: Mapping[str, str], query: Mapping[str, str], record: RequestRecord) -> OcrParameters:
    record.log_id = log_id_of({**query, **fields})
    in_query = validate_parameters({name: text for name, text in query.items() if name not in fields}, "query")
    in_form = validate_parameters(dict(fields), "body")
    return in_query.model_copy(update=in_form.model_dump(exclude_unset=True))
