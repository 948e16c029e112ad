"""Refusals in the words of PaddleX's validation: a JSON list of details, each with its type, place and message."""

import json
from collections.abc import Sequence

from pydantic import ValidationError

from server.errors import InvalidRequest


def invalid_request(error: ValidationError, place: str) -> InvalidRequest:
    """The refusal that tells every detail of a failed validation, values left out."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return refusal([(item["type"], (place, *item["loc"]), item["msg"]) for item in details])


def refusal(details: Sequence[tuple[str, tuple[str | int, ...], str]]) -> InvalidRequest:
    """A refusal whose message is the contract's JSON list.

    Args:
        details: error type, path and message of each error; numbers in a path are offsets.
    """
    entries = [{"type": kind, "loc": _dotted(path), "msg": message} for kind, path, message in details]
    return InvalidRequest(json.dumps(entries))


def missing(*path: str) -> InvalidRequest:
    """The refusal of a request that lacks something."""
    return refusal([("missing", path, "Field required")])


def _dotted(path: tuple[str | int, ...]) -> str:
    text = str(path[0])
    for part in path[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text
