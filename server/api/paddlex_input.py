"""From a request's body, in any of its four forms, to a checked call: the parameters and where the file is.

JSON is the contract's form. ``image/*``, ``application/pdf`` and ``multipart/form-data`` are ours: the file as it is,
the same parameters in the query or in form fields (which win), and the file's type seen from its content unless given.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.api.json_body import decode_json, is_json, log_id_of, peek_log_id
from server.api.paddlex_request import OcrParameters, missing, validate_body, validate_parameters
from server.http.body import split_content_type
from server.http.multipart_body import parse_form
from server.telemetry.record import RequestRecord


@dataclass(frozen=True, slots=True)
class OcrCall:
    """One checked call.

    Attributes:
        parameters: what the caller asks for.
        file: text is the JSON form's URL or base64; bytes are a file as it is.
    """

    parameters: OcrParameters
    file: str | bytes


def parse_call(body: bytes, content_type: str, query: Mapping[str, str], record: RequestRecord) -> OcrCall:
    """Read a body. Pure CPU work in proportion to its size.

    Args:
        body: the whole body.
        content_type: its header, empty where there is none.
        query: the query parameters; they mean nothing to the JSON form.
        record: learns the caller's ``logId`` as soon as it is known, also where the rest is refused.

    Raises:
        InvalidRequest: the body or a parameter is wrong.
    """
    if not body:
        raise missing("body")
    main, sub = split_content_type(content_type)
    if main == "image" or (main, sub) == ("application", "pdf"):
        return OcrCall(_parameters({}, query, record), body)
    if (main, sub) == ("multipart", "form-data"):
        return _form_call(body, content_type, query, record)
    return _json_call(body, content_type, record)


def _json_call(body: bytes, content_type: str, record: RequestRecord) -> OcrCall:
    if not is_json(content_type):
        record.log_id = peek_log_id(body)
        validate_body(body)
    decoded = decode_json(body)
    record.log_id = log_id_of(decoded)
    request = validate_body(decoded)
    return OcrCall(request, request.file)


def _form_call(body: bytes, content_type: str, query: Mapping[str, str], record: RequestRecord) -> OcrCall:
    form = parse_form(body, content_type)
    parameters = _parameters(form.fields, query, record)
    if not form.file:
        raise missing("body", "file")
    return OcrCall(parameters, form.file)


def _parameters(fields: Mapping[str, str], query: Mapping[str, str], record: RequestRecord) -> OcrParameters:
    record.log_id = log_id_of({**query, **fields})
    in_query = validate_parameters({name: text for name, text in query.items() if name not in fields}, "query")
    in_form = validate_parameters(dict(fields), "body")
    return in_query.model_copy(update=in_form.model_dump(exclude_unset=True))
