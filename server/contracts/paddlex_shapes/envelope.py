"""The envelope ``{"logId", "errorCode", "errorMsg"}`` that every answer of PaddleX's serving has."""

import json
import uuid


def new_log_id() -> str:
    """A ``logId`` for a request that has none."""
    return str(uuid.uuid4())


def envelope(log_id: str, code: int, message: str) -> bytes:
    """The envelope of an answer without a result, as JSON."""
    content = {"logId": log_id, "errorCode": code, "errorMsg": message}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
