"""The contract's requests, from a body of any content type to a checked task."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from server.config.contract_settings import CapSolverSettings, TextProfile
from server.contracts.capsolver.errors import (
    BAD_BASE64,
    BAD_IMAGE,
    BAD_REQUEST,
    BAD_SIZE,
    TASK_NOT_SUPPORTED,
    TaskRefused,
    invalid_task,
)
from server.http.json_skim import skim
from server.intake.sniff import BMP_MAGIC, GIF_MAGICS, JPEG_MAGIC, PNG_MAGIC, is_webp

TASK_TYPE = "ImageToTextTask"
DEFAULT_MODULE = "common"
MIN_SCORE = 0.8
FIELDS = ("clientKey", "ClientKey", "taskId", "task")
TASK_FIELDS = ("type", "body", "module", "score", "case")

_DATA_URI = re.compile(r"data:image/[^,]{0,200};base64,", re.IGNORECASE)
_MAGICS = (PNG_MAGIC, JPEG_MAGIC, BMP_MAGIC, *GIF_MAGICS)

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Task:
    """A task whose fields are what they should be; its body may still be no image.

    Attributes:
        body: base64 of the image, or what the caller took for it.
        profile: how the module puts the lines together.
        score: the confidence below which the text does not count.
        case: false: lower-case the text; otherwise it stays as it was read.
    """

    body: str
    profile: TextProfile
    score: float | None
    case: bool | None


def parse_body(body: bytes) -> Fields:
    """Read a request's fields. Pure CPU work in proportion to its size.

    Raises:
        TaskRefused: it is not JSON, or no object.
    """
    try:
        fields = skim(body, FIELDS, {"task": TASK_FIELDS})
    except (ValueError, RecursionError) as error:
        raise TaskRefused(BAD_REQUEST) from error
    if not isinstance(fields, dict):
        raise TaskRefused(BAD_REQUEST)
    return fields


def check_task(task: object, settings: CapSolverSettings) -> Task:
    """Check ``task``, its type first.

    Raises:
        TaskRefused: it is no object, of another type, or a field is wrong.
    """
    if not isinstance(task, dict):
        raise TaskRefused(invalid_task("task must be an object"))
    fields = cast("dict[str, object]", task)
    _check_type(fields.get("type"))
    # Before the body, which tasks of other modules do without.
    profile = _profile(fields.get("module"), settings)
    return Task(
        body=_body(fields.get("body")),
        profile=profile,
        score=_score(fields.get("score")),
        case=_case(fields.get("case")),
    )


def decode_image(body: str, max_base64_bytes: int) -> bytes:
    """Decode a task's image, leniently: white space and a data URI's beginning do not count.

    Raises:
        TaskRefused: it is too long, not base64, or of none of the contract's formats.
    """
    prefix = _DATA_URI.match(body)
    text = "".join(body[prefix.end() if prefix else 0 :].split())
    if len(text) > max_base64_bytes:
        raise TaskRefused(BAD_SIZE)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise TaskRefused(BAD_BASE64) from error
    if not (data.startswith(_MAGICS) or is_webp(data)):
        raise TaskRefused(BAD_IMAGE)
    return data


def _check_type(value: object) -> None:
    if not isinstance(value, str):
        raise TaskRefused(invalid_task("type is missing"))
    if value != TASK_TYPE:
        raise TaskRefused(TASK_NOT_SUPPORTED)


def _body(value: object) -> str:
    if not isinstance(value, str):
        raise TaskRefused(invalid_task("body must be base64 of the image"))
    text = value.strip()
    if not text or _DATA_URI.fullmatch(text):
        raise TaskRefused(invalid_task("body is empty"))
    return text


def _profile(module: object, settings: CapSolverSettings) -> TextProfile:
    name = DEFAULT_MODULE if module is None else module
    profile = settings.modules.get(name) if isinstance(name, str) else None
    if profile is None:
        raise TaskRefused(invalid_task("unsupported module"))
    return profile


def _score(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not MIN_SCORE <= value <= 1:
        raise TaskRefused(invalid_task("score must be a number from 0.8 to 1"))
    return float(value)


def _case(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise TaskRefused(invalid_task("case must be true or false"))
