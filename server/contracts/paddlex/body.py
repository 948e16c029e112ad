"""From a request's body, in any of its four forms, to a checked call: the parameters and where the file is.

Small JSON bodies are read with the standard library, whose error positions and tolerances callers see. Large ones are
skimmed for the contract's fields: what else is in them is checked, but never built.

JSON is the contract's form. ``image/*``, ``application/pdf`` and ``multipart/form-data`` are ours: the file as it is,
the same parameters in the query or in form fields (which win), and the file's type seen from its content unless given.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from server.contracts.paddlex.request import (
    OcrParameters,
    OcrRequest,
    validate_body,
    validate_parameters,
)
from server.contracts.paddlex_shapes.validation_errors import missing, refusal
from server.errors import InvalidRequest
from server.http.body import split_content_type
from server.http.json_skim import SkimError, skim
from server.http.multipart_body import parse_form
from server.telemetry.record import RequestRecord

SKIM_BYTES = 256 * 1024
"""From this size on a body is skimmed. Below it, objects for all of it take some 13 MB and some 10 ms at worst."""

FIELDS = tuple(field.alias or name for name, field in OcrRequest.model_fields.items())
ARRAYS = frozenset({"outputFormats"})


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


def is_json(content_type: str) -> bool:
    """Whether a body of this Content-Type is parsed as JSON: ``application/json`` and ``application/*+json``."""
    main, sub = split_content_type(content_type)
    return main == "application" and (sub == "json" or sub.endswith("+json"))


def decode_json(body: bytes) -> object:
    """Decode a body; of a large object the contract's fields only.

    Raises:
        InvalidRequest: it is empty, not JSON, not UTF-8 (or 16 or 32), nested too deeply, or holds an endless integer.
            The location is the offset of the first character that is wrong, 0 where there is no single one.
    """
    if not body:
        raise missing("body")
    try:
        return json.loads(body) if len(body) < SKIM_BYTES else skim(body, FIELDS, arrays=ARRAYS)
    except json.JSONDecodeError as error:
        raise _malformed(error.pos) from error
    except SkimError as error:
        raise _malformed(error.offset) from error
    except UnicodeDecodeError as error:
        raise _malformed(error.start) from error
    except (ValueError, RecursionError) as error:
        raise _malformed(0) from error


def log_id_of(decoded: object) -> str | None:
    """The ``logId`` that an answer can echo; None where there is none, or none that is text."""
    log_id = decoded.get("logId") if isinstance(decoded, dict) else None
    if not isinstance(log_id, str) or not log_id:
        return None
    return None if any("\ud800" <= character <= "\udfff" for character in log_id) else log_id


def peek_log_id(body: bytes) -> str | None:
    """The ``logId`` of a body of any size that was not, or need not be, valid."""
    try:
        return log_id_of(json.loads(body) if len(body) < SKIM_BYTES else skim(body, ("logId",)))
    except (ValueError, RecursionError):
        return None


def _malformed(offset: int) -> InvalidRequest:
    return refusal([("json_invalid", ("body", offset), "JSON decode error")])
