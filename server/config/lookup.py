"""Finds keys in the schema, suggests the nearest name for a wrong one, and reads values that come as text."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from models.descriptions.yaml_file import InvalidYaml, RepeatedKey, load_yaml
from server.config.base import ConfigurationError
from server.config.settings import Settings

KeyPath = tuple[str, ...]
_NULLS = ("", "null", "~")


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest the most similar known name, or else list all of them."""
    names = sorted(known)
    close = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    return f"did you mean '{close[0]}'?" if close else f"known are {', '.join(names)}."


def find_field(path: KeyPath) -> FieldInfo:
    """Find the setting at a path such as ``("server", "port")``.

    Raises:
        ConfigurationError: there is no such setting, or the path names a whole section. The caller adds the origin to
            the message.
    """
    model: type[BaseModel] = Settings
    for depth, name in enumerate(path):
        field = model.model_fields.get(name)
        if field is None:
            raise ConfigurationError(f"unknown key '{name}'; {nearest(name, model.model_fields)}")
        inner = section_of(field)
        if inner is None:
            if depth < len(path) - 1:
                raise ConfigurationError(f"'{name}' is a single value and holds no keys.")
            return field
        model = inner
    raise ConfigurationError(f"is a section; name one of its keys: {', '.join(model.model_fields)}.")


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The schema of a field that is a section; None for a single value."""
    kinds = get_args(field.annotation) if get_origin(field.annotation) in (Union, UnionType) else (field.annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def read_text(field: FieldInfo, text: str) -> object:
    """Convert text from the environment or the command line to the type of its setting.

    Text that the type accepts stays text, so a file name such as ``1.0`` never becomes a number. Other text is read as
    YAML, which includes JSON lists.

    Raises:
        ConfigurationError: a mapping in it repeats a key. The caller adds the origin to the message.
    """
    if text in _NULLS and type(None) in get_args(field.annotation):
        return None
    try:
        TypeAdapter[object](field.annotation or str).validate_python(text)
    except ValidationError:
        return _yaml_or_text(text)
    return text


def _yaml_or_text(text: str) -> object:
    try:
        return load_yaml(text)
    except RepeatedKey as error:
        raise ConfigurationError(str(error)) from error
    except InvalidYaml:
        return text


def merge(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Merge two mappings, key by key, down to single values. Those of ``over`` win."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = merge(below, value) if both else value  # type: ignore[arg-type]
    return result
