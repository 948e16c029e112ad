"""Parses the JSON body of a request of PaddleX's serving into its checked fields and its file."""

from functools import cache
from typing import TypeVar

from server.contracts.paddlex_shapes.json_body import CONTENT_TYPE_HINT, decode_json, is_json, log_id_of, peek_log_id
from server.contracts.paddlex_shapes.parameters import WithFile, checked_body
from server.errors import InvalidRequest
from server.http.json_outline import LongString
from server.telemetry.record import RequestRecord

Request = TypeVar("Request", bound=WithFile)


def parse_json(
    body: bytes, content_type: str, record: RequestRecord, kind: type[Request]
) -> tuple[Request, str | LongString]:
    """Parse and check a body. Pure CPU work in proportion to its size.

    Args:
        body: the whole body; not empty.
        content_type: its header; empty if there is none.
        record: gets the caller's ``logId`` as soon as it is known, also if the rest is refused.
        kind: the fields of the request.

    Returns:
        The fields, and the file: a URL or base64. A long file is not among the fields.

    Raises:
        InvalidRequest: the body or a field is wrong.
    """
    if not is_json(content_type):
        record.log_id = peek_log_id(body)
        try:
            request = checked_body(body, kind)
        except InvalidRequest as error:
            error.hint = CONTENT_TYPE_HINT
            raise
        return request, request.file
    decoded = decode_json(body, fields_of(kind))
    record.log_id = log_id_of(decoded)
    file = decoded.get("file") if isinstance(decoded, dict) else None
    if isinstance(decoded, dict) and isinstance(file, LongString):
        return checked_body({**decoded, "file": ""}, kind), file
    request = checked_body(decoded, kind)
    return request, request.file


@cache
def fields_of(kind: type[WithFile]) -> tuple[str, ...]:
    """The names of a request's fields in JSON."""
    return tuple(field.alias or name for name, field in kind.model_fields.items())
