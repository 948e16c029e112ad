"""Credentials come from the environment or from files. They are never printed and never kept."""

import os
from pathlib import Path

from benchmarks.compare.errors import NotCompared, WrongPlan

CONCEALED = "[credential]"
SHORTEST = 4
"""A credential that is shorter is not looked for in texts: it would be found in ordinary words."""


def is_reference(value: str) -> bool:
    """Whether a value of a plan says where a credential is, and is not the credential itself."""
    return value.startswith(("env:", "file:")) and bool(value.partition(":")[2])


class Secrets:
    """The credentials that were used, so that they can be taken out of whatever is kept or printed."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def read(self, reference: str) -> str:
        """The credential that ``env:NAME`` or ``file:PATH`` names.

        Raises:
            WrongPlan: the reference is no such thing. The message does not repeat it.
            NotCompared: the variable is not set, or the file cannot be read or is empty.
        """
        if not is_reference(reference):
            raise WrongPlan("Write a credential as env:NAME or file:PATH. It never stands in a plan itself.")
        kind, _, name = reference.partition(":")
        value = os.environ.get(name, "") if kind == "env" else _file(Path(name).expanduser())
        if not value:
            raise NotCompared(f"The credential {reference} is empty or not there. Set the variable or write the file.")
        self.add(value)
        return value

    def add(self, value: str) -> None:
        """Conceal a further value from now on, such as a token that a credential gave."""
        if len(value) >= SHORTEST:
            self._known.add(value)

    def conceal(self, text: str) -> str:
        """The text without credentials."""
        for value in sorted(self._known, key=len, reverse=True):
            text = text.replace(value, CONCEALED)
        return text

    def conceal_bytes(self, data: bytes) -> bytes:
        """The data without credentials."""
        for value in sorted(self._known, key=len, reverse=True):
            data = data.replace(value.encode(), CONCEALED.encode())
        return data


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotCompared(f"The credential file {path} cannot be read: {type(error).__name__}.") from error
