"""The request of `POST /ocr`: its fields, what each accepts, and the details of a refusal.

Validation is pydantic's lax mode, because clients of this contract rely on its coercions (``"64"`` for a number,
``"yes"`` for a switch) and on its error types and messages. Ranges are ours: a value that cannot mean anything is
refused, never replaced silently.
"""

import json
from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticKnownError

from models.options import LimitType, OcrOverrides
from server.errors import InvalidRequest

MAX_SIDE = 10**300
"""The detector reduces any side length to its own limit, in floating point: so far it has room for that."""


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


def _split(value: object) -> object:
    """A query or a form has no lists: there the names come with commas between."""
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


OutputFormat = Literal["markdown", "text"]
OUTPUT_FORMATS: tuple[OutputFormat, ...] = get_args(OutputFormat)

Side = Annotated[int, Field(gt=0), AfterValidator(_reducible)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Fields(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class OcrParameters(_Fields):
    """Everything but the file: also the query parameters and form fields of the binary forms. ``None`` is absent."""

    file_type: Literal[0, 1] | None = None
    use_doc_orientation_classify: bool | None = None
    use_doc_unwarping: bool | None = None
    use_textline_orientation: bool | None = None
    text_det_limit_side_len: Side | None = None
    text_det_limit_type: Annotated[str, AfterValidator(_limit_type)] | None = None
    text_det_thresh: Positive | None = None
    text_det_box_thresh: Positive | None = None
    text_det_unclip_ratio: Positive | None = None
    text_rec_score_thresh: Probability | None = None
    return_word_box: bool | None = None
    visualize: bool | None = None
    log_id: Annotated[str, AfterValidator(_encodable)] | None = None
    output_formats: Annotated[tuple[OutputFormat, ...] | None, BeforeValidator(_split)] = None

    def overrides(self) -> OcrOverrides:
        """The pipeline's part of the parameters."""
        limit_type: LimitType | None = None
        if self.text_det_limit_type is not None:
            limit_type = "min" if self.text_det_limit_type == "min" else "max"
        return OcrOverrides(
            use_doc_orientation_classify=self.use_doc_orientation_classify,
            use_doc_unwarping=self.use_doc_unwarping,
            use_textline_orientation=self.use_textline_orientation,
            text_det_limit_side_len=self.text_det_limit_side_len,
            text_det_limit_type=limit_type,
            text_det_thresh=self.text_det_thresh,
            text_det_box_thresh=self.text_det_box_thresh,
            text_det_unclip_ratio=self.text_det_unclip_ratio,
            text_rec_score_thresh=self.text_rec_score_thresh,
            return_word_box=self.return_word_box,
            structure=bool(self.output_formats),
        )


class _File(_Fields):
    file: str


class OcrRequest(OcrParameters, _File):
    """The JSON body. ``file`` is a URL or base64; it comes first, as errors are listed in the order of the fields."""


def validate_body(body: object) -> OcrRequest:
    """Check a decoded JSON body.

    Raises:
        InvalidRequest: it is not an object, or fields are missing or wrong.
    """
    try:
        # from_attributes is what makes a body that is no object a `model_attributes_type` error.
        return OcrRequest.model_validate(body, from_attributes=True)
    except ValidationError as error:
        raise invalid_request(error, "body") from error


def validate_parameters(fields: dict[str, str], place: Literal["body", "query"]) -> OcrParameters:
    """Check query parameters or form fields. All are text there, and an empty one is absent.

    Raises:
        InvalidRequest: fields are wrong.
    """
    given: dict[str, object] = {name: text for name, text in fields.items() if text}
    if given.get("fileType") in ("0", "1"):
        given["fileType"] = int(fields["fileType"])
    try:
        return OcrParameters.model_validate(given)
    except ValidationError as error:
        raise invalid_request(error, place) from error


def invalid_request(error: ValidationError, place: str) -> InvalidRequest:
    """The refusal that tells every detail of a failed validation, values left out."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return refusal([(item["type"], (place, *item["loc"]), item["msg"]) for item in details])


def refusal(details: Sequence[tuple[str, tuple[str | int, ...], str]]) -> InvalidRequest:
    """A refusal whose message is the contract's JSON list.

    Args:
        details: error type, path and message of each error; numbers in a path are offsets.
    """
    entries = [{"type": kind, "loc": _dotted(path), "msg": message} for kind, path, message in details]
    return InvalidRequest(json.dumps(entries))


def missing(*path: str) -> InvalidRequest:
    """The refusal of a request that lacks something."""
    return refusal([("missing", path, "Field required")])


def _dotted(path: tuple[str | int, ...]) -> str:
    text = str(path[0])
    for part in path[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text
