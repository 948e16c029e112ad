"""The envelope ``{"logId", "errorCode", "errorMsg"}`` that every answer of PaddleX's serving has."""

import json
import uuid


def new_log_id() -> str:
    """A ``logId`` for a request that has none."""
    return str(uuid.uuid4())


def envelope(log_id: str, code: int, message: str, repeated_as: str = "") -> bytes:
    """The envelope of an answer without a result, as JSON. ``repeated_as`` is another key for its message, if any."""
    content: dict[str, object] = {"logId": log_id, "errorCode": code, "errorMsg": message}
    if repeated_as:
        content[repeated_as] = message
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
