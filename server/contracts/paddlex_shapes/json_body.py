"""Decodes the JSON bodies of PaddleX's contracts, and finds the ``logId`` in them.

They are read with the standard library, whose error positions and tolerances callers see. The long strings of a large
body are taken out before, and JSON that is large without them is refused.
"""

import json
from collections.abc import Sequence

from server.contracts.paddlex_shapes.lax_fields import MAX_TEXT
from server.contracts.paddlex_shapes.validation_errors import missing, refusal
from server.errors import InvalidRequest
from server.http.body import split_content_type
from server.http.json_outline import OUTLINE_BYTES, LongString, SkimError, TooMuchJson, outline
from server.http.json_skim import skim

CONTENT_TYPE_HINT = (
    "Send JSON with 'Content-Type: application/json', or a file itself with its own type, such as "
    "'Content-Type: image/png' or 'application/pdf'."
)


def is_json(content_type: str) -> bool:
    """Whether a body of this Content-Type is parsed as JSON: ``application/json`` and ``application/*+json``."""
    main, sub = split_content_type(content_type)
    return main == "application" and (sub == "json" or sub.endswith("+json"))


def decode_json(body: bytes, fields: Sequence[str]) -> object:
    """Decode a body. A ``file`` of many characters is a `LongString`. Any other field is cut where it is too long.

    Args:
        body: the whole body.
        fields: the names of the fields that a large body may have. Others are dropped.

    Raises:
        InvalidRequest: it is empty, not JSON, not UTF-8 (or 16 or 32), nested too deeply, or too large beside its long
            strings, or holds too long an integer. The location is the offset of the first wrong character, or 0 if
            there is no single one.
    """
    if not body:
        raise missing("body")
    try:
        return json.loads(body) if len(body) <= OUTLINE_BYTES else _decode_large(body, fields)
    except json.JSONDecodeError as error:
        raise _malformed(error.pos) from error
    except SkimError as error:
        raise _malformed(error.offset) from error
    except TooMuchJson as error:
        raise refusal([("too_long", ("body",), str(error))]) from error
    except UnicodeDecodeError as error:
        raise _malformed(error.start) from error
    except (ValueError, RecursionError) as error:
        raise _malformed(0) from error


def log_id_of(decoded: object) -> str | None:
    """The ``logId`` that an answer can echo; None if it is absent, empty, too long or not valid text."""
    log_id = decoded.get("logId") if isinstance(decoded, dict) else None
    if not isinstance(log_id, str) or not 0 < len(log_id) <= MAX_TEXT:
        return None
    return None if any("\ud800" <= character <= "\udfff" for character in log_id) else log_id


def peek_log_id(body: bytes) -> str | None:
    """The ``logId`` of a body of any size, which may be invalid; None if it cannot be found. Nothing else is built."""
    try:
        found = skim(body, ("logId",))
        if isinstance(found, dict) and isinstance(log_id := found.get("logId"), LongString):
            return log_id_of({"logId": log_id.head(MAX_TEXT + 1)})
        return log_id_of(found)
    except (ValueError, RecursionError):
        return None


def _decode_large(body: bytes, fields: Sequence[str]) -> object:
    found = outline(body)
    text = found.text.decode()
    try:
        decoded = json.loads(text)
    except json.JSONDecodeError as error:
        raise SkimError(found.offset(len(text[: error.pos].encode()))) from error
    if not isinstance(decoded, dict):
        return decoded
    values = {name: found.value(decoded[name]) for name in fields if name in decoded}
    return {
        name: value.head(MAX_TEXT + 1) if isinstance(value, LongString) and name != "file" else value
        for name, value in values.items()
    }


def _malformed(offset: int) -> InvalidRequest:
    return refusal([("json_invalid", ("body", offset), "JSON decode error")])
