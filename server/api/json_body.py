"""JSON bodies. Small ones are read with the standard library, whose error positions and tolerances callers see.

Large ones are skimmed for the contract's fields: what else is in them is checked, but never built.
"""

import json

from server.api.paddlex_request import OcrRequest, missing, refusal
from server.errors import InvalidRequest
from server.http.body import split_content_type
from server.http.json_skim import SkimError, skim

SKIM_BYTES = 256 * 1024
"""From this size on a body is skimmed. Below it, objects for all of it take some 13 MB and some 10 ms at worst."""

FIELDS = tuple(field.alias or name for name, field in OcrRequest.model_fields.items())
ARRAYS = frozenset({"outputFormats"})


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
