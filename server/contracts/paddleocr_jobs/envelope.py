"""The envelope ``{"traceId", "code", "msg", "data"}`` of every answer. Nothing in it is null."""

import json
import uuid
from collections.abc import Mapping

from litestar import Response

from server.contracts.base import AnyRequest
from server.telemetry.record import record_of

JSON = "application/json"


def trace_of(request: AnyRequest) -> str:
    """The ``traceId`` of a request's answer: 32 hexadecimal digits. The request's log lines have it as ``log_id``."""
    record = record_of(request.scope)  # type: ignore[arg-type]
    record.log_id = record.log_id or uuid.uuid4().hex
    return record.log_id


def succeeded(trace: str, data: Mapping[str, object]) -> Response[bytes]:
    """The answer with a result. Its status is 200: many clients take no other."""
    return _answer({"traceId": trace, "code": 0, "msg": "Success", "data": data}, 200)


def failed(trace: str, status: int, code: int, message: str, detail: str = "") -> Response[bytes]:
    """The answer to an error.

    Args:
        trace: of the request.
        status: of HTTP.
        code: of the contract.
        message: for people.
        detail: also for people, in ``data.errorMsg``; empty for none.
    """
    return _answer(
        {"traceId": trace, "code": code, "msg": message, "data": {"errorMsg": detail} if detail else {}}, status
    )


def encode(value: object) -> bytes:
    """A value as JSON in ASCII. Some clients guess the charset, and some take more characters for line ends."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def _answer(content: Mapping[str, object], status: int) -> Response[bytes]:
    return Response(encode(content), status_code=status, media_type=JSON)
