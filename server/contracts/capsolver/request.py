"""Parses and checks the contract's requests. Their bodies may have any content type."""

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
    TOO_MUCH_JSON,
    Refused,
    invalid_task,
)
from server.http.json_outline import LongString, TooMuchJson, pieces_of
from server.http.json_skim import skim
from server.intake.base64_input import StrictDecoder
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
    """A task with checked fields. Its body is not decoded yet, and may be no image.

    Attributes:
        body: base64 of the image.
        profile: how the module joins the lines.
        score: the lowest confidence at which the text counts, 0.8..1; None accepts any.
    """

    body: str | LongString
    profile: TextProfile
    score: float | None


def parse_fields(body: bytes) -> Fields:
    """Parse a request's fields. Pure CPU work in proportion to its size.

    Raises:
        Refused: the body is not JSON, or not an object.
    """
    try:
        fields = skim(body, FIELDS, {"task": TASK_FIELDS})
    except TooMuchJson as error:
        raise Refused(TOO_MUCH_JSON) from error
    except (ValueError, RecursionError) as error:
        raise Refused(BAD_REQUEST) from error
    if not isinstance(fields, dict):
        raise Refused(BAD_REQUEST)
    return fields


def check_task(task: object, settings: CapSolverSettings) -> Task:
    """Check ``task``, its type first.

    Raises:
        Refused: it is not an object, its type is not supported, or a field is wrong.
    """
    if not isinstance(task, dict):
        raise Refused(invalid_task("task must be an object"))
    fields = cast("dict[str, object]", task)
    _check_type(fields.get("type"))
    # The module is checked before the body, which tasks of other modules do not have.
    profile = _profile(fields.get("module"), settings)
    task = Task(body=_body(fields.get("body")), profile=profile, score=_score(fields.get("score")))
    _check_case(fields.get("case"))
    return task


def decode_image(body: str | LongString, max_base64_bytes: int) -> bytes:
    """Decode a task's image. White space and the prefix of a data URI are ignored.

    Raises:
        Refused: it is too long, not base64, or in none of the contract's formats.
    """
    decoder = StrictDecoder()
    decoder.add_text(pieces_of(body), _DATA_URI)
    if decoder.characters > max_base64_bytes:
        raise Refused(BAD_SIZE)
    try:
        data = decoder.end()
    except ValueError as error:
        raise Refused(BAD_BASE64) from error
    if not (data.startswith(_MAGICS) or is_webp(data)):
        raise Refused(BAD_IMAGE)
    return data


def _check_type(value: object) -> None:
    if not isinstance(value, str):
        raise Refused(invalid_task("type is missing"))
    if value != TASK_TYPE:
        raise Refused(TASK_NOT_SUPPORTED)


def _body(value: object) -> str | LongString:
    if isinstance(value, LongString):
        return value
    if not isinstance(value, str):
        raise Refused(invalid_task("body must be base64 of the image"))
    text = value.strip()
    if not text or _DATA_URI.fullmatch(text):
        raise Refused(invalid_task("body is empty"))
    return text


def _profile(module: object, settings: CapSolverSettings) -> TextProfile:
    name = DEFAULT_MODULE if module is None else module
    profile = settings.modules.get(name) if isinstance(name, str) else None
    if profile is None:
        raise Refused(invalid_task("unsupported module"))
    return profile


def _score(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not MIN_SCORE <= value <= 1:
        raise Refused(invalid_task("score must be a number from 0.8 to 1"))
    return float(value)


def _check_case(value: object) -> None:
    """Check the field. It changes nothing: false says that case does not matter, and many clients always send it."""
    if not isinstance(value, bool | None):
        raise Refused(invalid_task("case must be true or false"))
