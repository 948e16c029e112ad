"""The record of one request, for its log line and the metrics. It never holds content or the caller's own words."""

import time
import uuid
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

_KEY = "ppocr_request_record"


@dataclass(slots=True)
class RequestRecord:
    """The record, which is filled in while a request is handled.

    Attributes:
        request_id: our id, also in the response header X-Request-Id. The caller's ``logId`` is not logged.
        log_id: the caller's ``logId`` for error answers; None until it was read.
        body_begun: whether reading the body has begun. Then the rest of it cannot tell the ``logId``.
        body_bytes: size of the body that was read.
        pages: number of processed pages.
        begun: arrival of the request, by `time.perf_counter`.
        error: class name of the error behind the answer; empty if there is none.
    """

    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_id: str | None = None
    body_begun: bool = False
    body_bytes: int = 0
    pages: int = 0
    begun: float = field(default_factory=time.perf_counter)
    error: str = ""


def record_of(scope: MutableMapping[str, Any]) -> RequestRecord:
    """The record of the request with this ASGI scope. The first call makes it."""
    state = scope.setdefault("state", {})
    record = state.get(_KEY)
    if not isinstance(record, RequestRecord):
        record = state[_KEY] = RequestRecord()
    return record
