"""Refusals in the form of PaddleX's validation: a JSON list of details, each with its type, location and message."""

import json
from collections.abc import Sequence

from pydantic import ValidationError

from server.errors import BodyNotUnderstood, InvalidRequest


def invalid_request(error: ValidationError, location: str) -> InvalidRequest:
    """The refusal with every detail of a failed validation, but no values. Its locations begin with ``location``."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return refusal([(item["type"], (location, *item["loc"]), item["msg"]) for item in details])


def refusal(
    details: Sequence[tuple[str, tuple[str | int, ...], str]], kind: type[InvalidRequest] | None = None
) -> InvalidRequest:
    """A refusal whose message is the contract's JSON list.

    Args:
        details: type, location and message of each error. Numbers in a location are offsets.
        kind: of the refusal; None: an error of the body as a whole is `BodyNotUnderstood`.
    """
    if kind is None:
        kind = BodyNotUnderstood if any(_is_of_the_body(location) for _, location, _ in details) else InvalidRequest
    entries = [{"type": name, "loc": _dotted(location), "msg": message} for name, location, message in details]
    return kind(json.dumps(entries))


def missing(*location: str) -> InvalidRequest:
    """The refusal of a request that lacks a field."""
    return refusal([("missing", location, "Field required")])


def _is_of_the_body(location: tuple[str | int, ...]) -> bool:
    """Whether a location is the body itself, or an offset in it."""
    return location[0] == "body" and all(isinstance(part, int) for part in location[1:])


def _dotted(location: tuple[str | int, ...]) -> str:
    text = str(location[0])
    for part in location[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text
