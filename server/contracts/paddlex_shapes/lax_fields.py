"""Types of the request fields of PaddleX's serving: lax in their JSON type, strict in their range.

Validation is pydantic's lax mode, because clients rely on its coercions (``"64"`` for a number, ``"yes"`` for a switch)
and on its error types and messages. The ranges are ours: a value that makes no sense is refused, never silently
replaced. Only a 0 means the default where PaddleX says so.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticKnownError

MAX_SIDE = 10**300
"""Longest side length. The detector reduces a side length to its own limit in floating point, where larger numbers
could overflow."""

MAX_TEXT = 16 * 1024
"""Characters of the longest text that an answer repeats, such as ``logId``."""


def _limit_type(value: str) -> str:
    if value not in ("min", "max"):
        raise PydanticKnownError("literal_error", {"expected": "'min' or 'max'"})
    return value


def _reducible(value: int) -> int:
    if value > MAX_SIDE:
        raise PydanticKnownError("finite_number")
    return value


def _encodable(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PydanticKnownError("string_unicode") from error
    return value


SideOrZero = Annotated[int, Field(ge=0), AfterValidator(_reducible)]
PositiveOrZero = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""A field of the detection. An exact 0 means the default, as in PaddleX: a popular page fills the fields with zeros."""
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
LimitTypeText = Annotated[str, AfterValidator(_limit_type)]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_encodable)]


class LaxFields(BaseModel):
    """Fields by their camelCase names. Unknown fields are ignored, and pydantic's lax mode coerces the values."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)
