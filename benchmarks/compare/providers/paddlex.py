"""PaddleX's own OCR pipeline, in an environment of its own. PaddleX serving is the provider ``ppocrv5``."""

import json
from contextlib import AbstractContextManager

import msgspec

from benchmarks.compare.program import Program, running, understand
from benchmarks.compare.provider import Provider, Terms

OFFLINE = {"PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True"}
PLAIN = {"use_doc_orientation_classify": False, "use_doc_unwarping": False, "use_textline_orientation": False}


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        python: the interpreter that has PaddleX.
        pipeline: a pipeline's name or its file.
        options: of each call, such as ``use_doc_unwarping``. By default every optional model is off.
        environment: further variables, such as ``PADDLE_PDX_LOCAL_FONT_FILE_PATH``.
    """

    python: str
    pipeline: str = "OCR"
    options: dict[str, bool | int | float | str] = msgspec.field(default_factory=lambda: dict(PLAIN))
    environment: dict[str, str] = {}


def connect(settings: Settings, terms: Terms) -> AbstractContextManager[Program]:
    """Open the program."""
    arguments = [settings.pipeline, json.dumps(settings.options)]
    return running("read_with_paddlex", settings.python, arguments, OFFLINE | settings.environment, terms)


PROVIDER = Provider(Settings, lambda _settings: None, connect, understand)
