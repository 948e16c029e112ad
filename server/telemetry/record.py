"""What one request leaves behind for its log line and the metrics. Never content, never the caller's own words."""

import time
import uuid
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

_KEY = "ppocr_request_record"


@dataclass(slots=True)
class RequestRecord:
    """Filled in while a request is handled.

    Attributes:
        request_id: ours, also in the response header X-Request-Id. ``logId`` is the caller's text and is not logged.
        log_id: the caller's ``logId`` for error answers; None until it was read.
        body_begun: reading the body has begun, so what is left of it would not tell the ``logId``.
        body_bytes: size of the body that was read.
        pages: pages that were processed.
        begun: when the request came, by `time.perf_counter`.
        error: class name of the error behind the answer, or an empty string.
    """

    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_id: str | None = None
    body_begun: bool = False
    body_bytes: int = 0
    pages: int = 0
    begun: float = field(default_factory=time.perf_counter)
    error: str = ""


def record_of(scope: MutableMapping[str, Any]) -> RequestRecord:
    """The record of the request with this ASGI scope; made when first asked for."""
    state = scope.setdefault("state", {})
    record = state.get(_KEY)
    if not isinstance(record, RequestRecord):
        record = state[_KEY] = RequestRecord()
    return record
