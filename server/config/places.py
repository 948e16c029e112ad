"""Resolves the paths of our own settings, and checks those of folders before anything is started."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from server.config.allowed import allowed_in, markers
from server.config.base import Section
from server.config.files import exists, locate
from server.config.lookup import KeyPath
from server.config.values import Folder

S = TypeVar("S", bound=Section)


def located(section: S, file: Path) -> S:
    """Resolve every path in the settings, by the same rule as PaddleX's ``model_dir``.

    Args:
        section: with all the sections in it.
        file: the configuration file.
    """
    return section.model_copy(update={key: _located(value, file) for key, value in section})


def problems_of_folders(section: Section, prefix: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Find the settings that must name a folder and do not. The folder itself may be missing.

    Gives the path of each key, and what is wrong with it.
    """
    for key, field in type(section).model_fields.items():
        value, path = getattr(section, key), (*prefix, key)
        for name, inner in value.items() if isinstance(value, dict) else ():
            if isinstance(inner, Section):
                yield from problems_of_folders(inner, (*path, name))
        if isinstance(value, Section):
            yield from problems_of_folders(value, path)
        folder = next((marker for marker in markers(field) if isinstance(marker, Folder)), None)
        for item in value if isinstance(value, tuple) else (value,):
            if folder and isinstance(item, Path) and (problem := problem_of_folder(item, written=folder.written)):
                yield path, f"must be {allowed_in(field)}; '{item}' {problem}."


def problem_of_folder(path: Path, *, written: bool) -> str | None:
    """Say what keeps a path from being a folder, after "it"; None if nothing does. The folder may be missing.

    Args:
        path: of the folder.
        written: whether the server must be able to write there, or to make the folder.
    """
    if exists(path) and not os.path.isdir(path):  # noqa: PTH112 - see `exists`
        return "is no folder"
    nearest = next((parent for parent in (path, *path.absolute().parents) if exists(parent)), path)
    if not os.path.isdir(nearest):  # noqa: PTH112 - see `exists`
        return "lies below a file"
    if written and not os.access(nearest, os.W_OK | os.X_OK):
        return "cannot be written to"
    return None


def _located(value: object, file: Path) -> object:
    if isinstance(value, Path):
        return locate(value, file)
    if isinstance(value, Section):
        return located(value, file)
    if isinstance(value, tuple):
        return tuple(_located(item, file) for item in value)
    if isinstance(value, dict):
        return {key: _located(item, file) for key, item in value.items()}
    return value
