"""Writes the messages of wrong values: one line for each key, with what it may be and what it is instead."""

from collections.abc import Callable
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from server.config.allowed import allowed_below, allowed_in, what_it_is
from server.config.lookup import KeyPath, nearest, section_of

_LONGEST_NAME = 100
"""Characters of a wrong name that a message shows."""


def describe(error: ValidationError, schema: type[BaseModel], origin: Callable[[KeyPath], str]) -> list[str]:
    """Describe every wrong value of a validation, each in one line: its key, what it may be, and what it is instead.

    Args:
        error: of the validation.
        schema: that was validated against.
        origin: gives the place of a key, for the begin of the line.
    """
    lines = dict[KeyPath, str]()  # the first of several errors of one value is enough: each way to read it gives one
    for detail in error.errors(include_url=False, include_context=False):
        path, message = _problem(schema, detail)
        lines.setdefault(path, f"{origin(path)}: {message}")
    return list(lines.values())


def _problem(schema: type[BaseModel], detail: ErrorDetails) -> tuple[KeyPath, str]:
    """The path of the wrong key, and what is wrong with it. Values are never shown, because they may be secrets."""
    model: type[BaseModel] | None = schema
    path, field, allowed = list[str](), None, ""
    rest = list(detail["loc"])
    known = list(schema.model_fields)
    while rest and model is not None:
        path.append(_shown(rest.pop(0)))
        known = list(model.model_fields)
        field = _field_of(model, path[-1])
        if field is None:
            break
        allowed, model = allowed_in(field), section_of(field)
        if get_origin(field.annotation) is dict and rest and rest[-1] != "[key]":
            path.append(_shown(rest.pop(0)))
            allowed, model = allowed_below(field), _section_in(field)
    own = detail["msg"].removeprefix("Value error, ").removesuffix(".") if detail["type"] == "value_error" else ""
    if path and (field is None or detail["type"] in ("extra_forbidden", "invalid_key")):
        return tuple(path), f"unknown key '{path[-1]}'; {nearest(path[-1], known)}"
    if field is None or (model is not None and own):
        return tuple(path), f"{own or detail['msg']}."
    return tuple(path), _wrong_value(allowed, rest, detail, own)


def _wrong_value(allowed: str, inside: list[int | str], detail: ErrorDetails, own: str) -> str:
    """Say what a value may be, and what it is: as a whole, or in one of its items."""
    if detail["type"] == "missing" and not inside:
        return f"is missing; it must be {allowed}."
    subject = next((f"its item {part + 1}" for part in inside if isinstance(part, int)), "it")
    subject = "one of its keys" if "[key]" in inside else subject
    is_what = own.removeprefix("it ") if own else f"is {what_it_is(detail['input'], detail['type'])}"
    return f"must be {allowed}; {subject} {is_what}."


def _shown(name: int | str) -> str:
    return str(name)[:_LONGEST_NAME]


def _field_of(model: type[BaseModel], name: str) -> FieldInfo | None:
    """A field by its key in the file, which may be an alias."""
    fields = model.model_fields
    return fields.get(name) or next((field for field in fields.values() if field.alias == name), None)


def _section_in(field: FieldInfo) -> type[BaseModel] | None:
    """The schema of the sections that a mapping holds under names that the operator chooses."""
    kinds = get_args(field.annotation) if get_origin(field.annotation) is dict else ()
    return next((kind for kind in kinds[1:] if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
