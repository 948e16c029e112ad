"""The record of one request, for its log lines and the metrics. It never holds content.

Of the caller's own words it holds the two by which the caller finds a request again: its id and its ``logId``.
"""

import time
import uuid
from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from server.printable import printable

_KEY = "ppocr_request_record"

MAX_LOGGED = 128
"""Characters of a ``logId`` in a log line. A longer one is cut there."""


@dataclass(slots=True, eq=False)
class RequestRecord:
    """The record, which is filled in while a request is handled.

    Attributes:
        request_id: the caller's ``X-Request-Id`` or a new id, also in the response header of this name. Several
            requests may have the same.
        contract: name of the contract that the path belongs to; empty if it belongs to none.
        caller: name of the caller's token or key; empty if there is none, or until it is known.
        log_id: what the contract calls its ``logId``, which answers repeat; None until it was read or made.
        body_begun: whether reading the body has begun. Then the rest of it cannot tell the ``logId``.
        body_bytes: size of the body that was read.
        pages: number of processed pages.
        begun: arrival of the request, by `time.perf_counter`.
        warnings: codes of warnings about its pages.
        error: class name of the error behind the answer; empty if there is none.
        late_status: status of an error that came when the status of the answer was sent already; 0 if there is none.
        ended: whether the request is over. What it started may go on, for others too.
    """

    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    contract: str = ""
    caller: str = ""
    log_id: str | None = None
    body_begun: bool = False
    body_bytes: int = 0
    pages: int = 0
    begun: float = field(default_factory=time.perf_counter)
    warnings: set[str] = field(default_factory=set)
    error: str = ""
    late_status: int = 0
    ended: bool = False

    def facts(self) -> dict[str, str]:
        """The facts by which the lines of this request are found: each is left out while it is not known."""
        log_id = self.log_id or ""
        shown = printable(log_id[:MAX_LOGGED]) + ("..." if len(log_id) > MAX_LOGGED else "")
        found = {"request": self.request_id, "log_id": shown, "contract": self.contract, "caller": self.caller}
        return {name: value for name, value in found.items() if value}


CURRENT: ContextVar[RequestRecord | None] = ContextVar("ppocr_current_request", default=None)
"""The record of the request that the running code works for."""


def record_of(scope: MutableMapping[str, Any]) -> RequestRecord:
    """The record of the request with this ASGI scope. The first call makes it."""
    state = scope.setdefault("state", {})
    record = state.get(_KEY)
    if not isinstance(record, RequestRecord):
        record = state[_KEY] = RequestRecord()
    return record
