"""Error answers of `POST /ocr`. A client finds its ``logId`` in them even if its request was refused unread.

The limit of a body that is read for its ``logId`` is 4 MiB with 401, 404 and 405, and 64 KiB with 429 and 503.
"""

from server.config.settings import LimitSettings
from server.contracts.paddlex_shapes.errors import ErrorAnswers
from server.runtime import Runtime

_REFUSED = LimitSettings(max_body_bytes=4 * 1024 * 1024, body_timeout_seconds=2.0)
_FULL = LimitSettings(max_body_bytes=64 * 1024, body_timeout_seconds=2.0)
PEEK_LIMITS = {401: _REFUSED, 404: _REFUSED, 405: _REFUSED, 429: _FULL, 503: _FULL}


def error_answers(runtime: Runtime) -> ErrorAnswers:
    """Make the maker of the contract's error answers."""
    return ErrorAnswers(runtime, PEEK_LIMITS)
