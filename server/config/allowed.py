"""Says in words what a setting may be, and what a wrong value is instead. A value itself is never shown."""

from collections.abc import Iterable, Iterator
from datetime import date
from types import NoneType
from typing import Annotated, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from server.config.values import Allowed

_MAPPING = "'key: value' lines"
_WORDS: dict[object, str] = {bool: "true or false", str: "text", SecretStr: "text", NoneType: "null"}
_NUMBERS: dict[object, str] = {int: "a whole number", float: "a number"}
_KINDS: tuple[tuple[type, str], ...] = (
    (NoneType, "null"),
    (bool, "true or false"),
    (int, "a whole number"),
    (float, "a number"),
    (str, "text"),
    (dict, "a mapping"),
    (list, "a list"),
    (date, "a date"),
)
_REASONS = {
    "greater_than": "too small",
    "greater_than_equal": "too small",
    "less_than": "too large",
    "less_than_equal": "too large",
    "int_parsing_size": "too large",
    "too_short": "too short",
    "too_long": "too long",
    "string_too_short": "too short",
    "finite_number": "not finite",
    "int_from_float": "a fraction",
    "missing": "missing",
    "literal_error": "none of these",
    "string_pattern_mismatch": "of another form",
}
"""The words for a value whose kind may be right, by pydantic's type of the error."""


def allowed_in(field: FieldInfo) -> str:
    """Say what a field may be, after "must be"."""
    return _allowed(field.annotation, field.metadata)


def allowed_below(field: FieldInfo) -> str:
    """Say what each value of a field may be that holds 'key: value' lines."""
    return _allowed(get_args(field.annotation)[1])


def what_it_is(value: object, error_type: str) -> str:
    """Say what a wrong value is, after "it is".

    Args:
        value: as it was read.
        error_type: pydantic's name of the error.
    """
    if error_type == "literal_error" and not isinstance(value, str):
        return _kind(value)
    return _REASONS.get(error_type) or _kind(value)


def markers(field: FieldInfo) -> Iterator[object]:
    """Everything that is written into a field's type with ``Annotated``, at any depth."""
    yield from _flat(field.metadata)
    yield from _markers(field.annotation)


def _kind(value: object) -> str:
    if value == "":
        return "empty"
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "of another kind")


def _markers(annotation: object) -> Iterator[object]:
    if get_origin(annotation) is Annotated:
        yield from _flat(getattr(annotation, "__metadata__", ()))
    for inner in get_args(annotation):
        yield from _markers(inner)


def _flat(metadata: Iterable[object]) -> Iterator[object]:
    for item in metadata:
        yield from item.metadata if isinstance(item, FieldInfo) else (item,)


def _allowed(annotation: object, metadata: Iterable[object] = ()) -> str:
    notes = tuple(_flat(metadata))
    words = next((note.words for note in notes if isinstance(note, Allowed)), None)
    if words:
        return words
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _allowed(inner[0], (*inner[1:], *notes))
    return _composed(annotation, inner) if inner else _single(annotation, notes)


def _composed(annotation: object, inner: tuple[object, ...]) -> str:
    """Say what a type of several parts allows."""
    origin = get_origin(annotation)
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}" if len(inner) > 1 else str(inner[0])
    if origin is tuple:
        length = "" if inner[-1] is Ellipsis else f" of {len(inner)}"
        return f"a list{length}, each {_allowed(inner[0])}"
    if origin is dict:
        keys = "" if inner[0] is str else f", each key {_allowed(inner[0])}"
        return f"{_MAPPING}{keys}, each value {_allowed(inner[1])}"
    return " or ".join(map(_allowed, inner))


def _single(annotation: object, notes: Iterable[object]) -> str:
    if annotation in _NUMBERS:
        return f"{_NUMBERS[annotation]}{_bounds(notes)}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _MAPPING
    length = "".join(f" of at least {note.min_length} characters" for note in notes if isinstance(note, MinLen))
    return f"{_WORDS[annotation]}{length}"


def _bounds(notes: Iterable[object]) -> str:
    low = high = ""
    for note in notes:
        if isinstance(note, Ge):
            low = f" from {note.ge}"
        elif isinstance(note, Gt):
            low = f" above {note.gt}"
        elif isinstance(note, Le):
            high = f" to {note.le}"
        elif isinstance(note, Lt):
            high = f" below {note.lt}"
    return low + high
