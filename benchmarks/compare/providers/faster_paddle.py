"""faster-paddle with its own models and settings, in an environment of its own."""

from contextlib import AbstractContextManager
from typing import Literal

import msgspec

from benchmarks.compare.program import Program, running, understand
from benchmarks.compare.provider import Provider, Terms, images_only


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it: the interpreter that has the library, and the size of its models."""

    python: str
    models: Literal["small", "tiny"] = "small"


def connect(settings: Settings, terms: Terms) -> AbstractContextManager[Program]:
    """Open the program."""
    return running("read_with_faster_paddle", settings.python, [settings.models], {}, terms)


PROVIDER = Provider(Settings, lambda _settings: None, connect, understand, refusal=images_only)
