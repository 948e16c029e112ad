"""The fields of a request of PaddleX's serving, without its file, and their accepted values."""

from dataclasses import replace
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import BeforeValidator, ValidationError

from models.options import LimitType, OcrOverrides
from server.contracts.paddlex_shapes.lax_fields import (
    LaxFields,
    LimitTypeText,
    PositiveOrZero,
    Probability,
    SideOrZero,
    Text,
)
from server.contracts.paddlex_shapes.validation_errors import invalid_request


def _split(value: object) -> object:
    """Split the names at commas. A query or a form has no lists."""
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


Fields = TypeVar("Fields", bound=LaxFields)

OutputFormat = Literal["markdown", "text", "layout"]
OUTPUT_FORMATS: tuple[OutputFormat, ...] = get_args(OutputFormat)


class ReadingParameters(LaxFields):
    """The fields about reading that all of PaddleX's pipelines have. ``None`` is absent."""

    file_type: Literal[0, 1] | None = None
    use_doc_orientation_classify: bool | None = None
    use_doc_unwarping: bool | None = None
    use_textline_orientation: bool | None = None
    text_det_limit_side_len: SideOrZero | None = None
    text_det_limit_type: LimitTypeText | None = None
    text_det_thresh: PositiveOrZero | None = None
    text_det_box_thresh: PositiveOrZero | None = None
    text_det_unclip_ratio: PositiveOrZero | None = None
    text_rec_score_thresh: Probability | None = None

    def overrides(self) -> OcrOverrides:
        """The parameters that the pipeline takes."""
        limit_type: LimitType | None = None
        if self.text_det_limit_type is not None:
            limit_type = "min" if self.text_det_limit_type == "min" else "max"
        return OcrOverrides(
            use_doc_orientation_classify=self.use_doc_orientation_classify,
            use_doc_unwarping=self.use_doc_unwarping,
            use_textline_orientation=self.use_textline_orientation,
            text_det_limit_side_len=self.text_det_limit_side_len or None,
            text_det_limit_type=limit_type,
            text_det_thresh=self.text_det_thresh or None,
            text_det_box_thresh=self.text_det_box_thresh or None,
            text_det_unclip_ratio=self.text_det_unclip_ratio or None,
            text_rec_score_thresh=self.text_rec_score_thresh,
        )

    def zeros(self) -> dict[str, float]:
        """The zeros that mean a default, by their keys in ``text_det_params``. The answer shows them as they came."""
        given: dict[str, float | None] = {
            "limit_side_len": self.text_det_limit_side_len,
            "thresh": self.text_det_thresh,
            "box_thresh": self.text_det_box_thresh,
            "unclip_ratio": self.text_det_unclip_ratio,
        }
        return {name: value for name, value in given.items() if value == 0 and value is not None}


class OcrParameters(ReadingParameters):
    """All fields but the file. The binary forms have them as query parameters or form fields."""

    return_word_box: bool | None = None
    visualize: bool | None = None
    log_id: Text | None = None
    preset: Text | None = None
    diagnostics: bool | None = None
    output_formats: Annotated[tuple[OutputFormat, ...] | None, BeforeValidator(_split)] = None
    pdf_text: Literal["auto", "never", "only"] | None = None

    def overrides(self) -> OcrOverrides:
        """The parameters that the pipeline takes."""
        return replace(
            super().overrides(),
            return_word_box=self.return_word_box,
            structure=bool(self.output_formats),
            preset=self.preset or None,
            own_text=self.pdf_text,
        )


class WithFile(LaxFields):
    """The field ``file`` of a JSON body: a URL or base64."""

    file: str


def checked_body(body: object, request: type[Fields]) -> Fields:
    """Check a decoded JSON body against the fields of a request.

    Raises:
        InvalidRequest: it is not an object, or fields are missing or wrong.
    """
    try:
        # With from_attributes, a body that is not an object gives the error `model_attributes_type`.
        return request.model_validate(body, from_attributes=True)
    except ValidationError as error:
        raise invalid_request(error, "body") from error


def checked_parameters(fields: dict[str, str], location: Literal["body", "query"], parameters: type[Fields]) -> Fields:
    """Check query parameters or form fields. All of them are text, and an empty one counts as absent.

    Raises:
        InvalidRequest: fields are wrong.
    """
    given: dict[str, object] = {name: text for name, text in fields.items() if text}
    if given.get("fileType") in ("0", "1"):
        given["fileType"] = int(fields["fileType"])
    try:
        return parameters.model_validate(given)
    except ValidationError as error:
        raise invalid_request(error, location) from error
