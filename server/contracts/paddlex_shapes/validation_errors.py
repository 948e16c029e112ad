"""Refusals in the form of PaddleX's validation: a JSON list of details, each with its type, location and message."""

import json
from collections.abc import Sequence

from pydantic import ValidationError

from server.errors import InvalidRequest


def invalid_request(error: ValidationError, location: str) -> InvalidRequest:
    """The refusal with every detail of a failed validation, but no values. Its locations begin with ``location``."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return refusal([(item["type"], (location, *item["loc"]), item["msg"]) for item in details])


def refusal(details: Sequence[tuple[str, tuple[str | int, ...], str]]) -> InvalidRequest:
    """A refusal whose message is the contract's JSON list.

    Args:
        details: type, location and message of each error. Numbers in a location are offsets.
    """
    entries = [{"type": kind, "loc": _dotted(location), "msg": message} for kind, location, message in details]
    return InvalidRequest(json.dumps(entries))


def missing(*location: str) -> InvalidRequest:
    """The refusal of a request that lacks a field."""
    return refusal([("missing", location, "Field required")])


def _dotted(location: tuple[str | int, ...]) -> str:
    text = str(location[0])
    for part in location[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text
