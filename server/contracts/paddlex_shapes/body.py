"""Parses a request's body, in any of its four forms, into a checked call: the parameters and the file.

JSON is the contract's form. It is read with the standard library, whose error positions and tolerances callers see. The
long strings of a large body are taken out before, and JSON that is large without them is refused.

``image/*``, ``application/pdf`` and ``multipart/form-data`` are our own forms. They carry the file as it is, and the
parameters in the query or in form fields, which win. If ``fileType`` is missing, the file's content gives its kind.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.contracts.paddlex_shapes.lax_fields import MAX_TEXT
from server.contracts.paddlex_shapes.request import (
    OcrParameters,
    OcrRequest,
    validate_body,
    validate_parameters,
)
from server.contracts.paddlex_shapes.validation_errors import missing, refusal
from server.errors import InvalidRequest
from server.http.body import split_content_type
from server.http.json_outline import OUTLINE_BYTES, LongString, SkimError, TooMuchJson, outline
from server.http.json_skim import skim
from server.http.multipart_body import parse_form
from server.telemetry.record import RequestRecord

CONTENT_TYPE_HINT = (
    "Send JSON with 'Content-Type: application/json', or a file itself with its own type, such as "
    "'Content-Type: image/png' or 'application/pdf'."
)
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
    decoded = decode_json(body)
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


def is_json(content_type: str) -> bool:
    """Whether a body of this Content-Type is parsed as JSON: ``application/json`` and ``application/*+json``."""
    main, sub = split_content_type(content_type)
    return main == "application" and (sub == "json" or sub.endswith("+json"))


def decode_json(body: bytes) -> object:
    """Decode a body. A ``file`` of many characters is a `LongString`. Any other field is cut where it is too long.

    Raises:
        InvalidRequest: it is empty, not JSON, not UTF-8 (or 16 or 32), nested too deeply, or too large beside its long
            strings, or holds too long an integer. The location is the offset of the first wrong character, or 0 if
            there is no single one.
    """
    if not body:
        raise missing("body")
    try:
        return json.loads(body) if len(body) <= OUTLINE_BYTES else _decode_large(body)
    except json.JSONDecodeError as error:
        raise _malformed(error.pos) from error
    except SkimError as error:
        raise _malformed(error.offset) from error
    except TooMuchJson as error:
        raise refusal([("too_long", ("body",), str(error))]) from error
    except UnicodeDecodeError as error:
        raise _malformed(error.start) from error
    except (ValueError, RecursionError) as error:
        raise _malformed(0) from error


def log_id_of(decoded: object) -> str | None:
    """The ``logId`` that an answer can echo; None if it is absent, empty, too long or not valid text."""
    log_id = decoded.get("logId") if isinstance(decoded, dict) else None
    if not isinstance(log_id, str) or not 0 < len(log_id) <= MAX_TEXT:
        return None
    return None if any("\ud800" <= character <= "\udfff" for character in log_id) else log_id


def peek_log_id(body: bytes) -> str | None:
    """The ``logId`` of a body of any size, which may be invalid; None if it cannot be found. Nothing else is built."""
    try:
        found = skim(body, ("logId",))
        if isinstance(found, dict) and isinstance(log_id := found.get("logId"), LongString):
            return log_id_of({"logId": log_id.head(MAX_TEXT + 1)})
        return log_id_of(found)
    except (ValueError, RecursionError):
        return None


def _decode_large(body: bytes) -> object:
    found = outline(body)
    text = found.text.decode()
    try:
        decoded = json.loads(text)
    except json.JSONDecodeError as error:
        raise SkimError(found.offset(len(text[: error.pos].encode()))) from error
    if not isinstance(decoded, dict):
        return decoded
    values = {name: found.value(decoded[name]) for name in FIELDS if name in decoded}
    return {
        name: value.head(MAX_TEXT + 1) if isinstance(value, LongString) and name != "file" else value
        for name, value in values.items()
    }


def _malformed(offset: int) -> InvalidRequest:
    return refusal([("json_invalid", ("body", offset), "JSON decode error")])
