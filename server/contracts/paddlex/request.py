"""The request of `POST /ocr`: the JSON body, and the parameters of the other forms."""

from typing import Literal

from server.contracts.paddlex_shapes.parameters import OcrParameters, WithFile, checked_parameters


class OcrRequest(OcrParameters, WithFile):
    """The JSON body. ``file`` is a URL or base64. It is the first field, because errors are listed in this order."""


def validate_parameters(fields: dict[str, str], location: Literal["body", "query"]) -> OcrParameters:
    """Check query parameters or form fields of `POST /ocr`, see `checked_parameters`."""
    return checked_parameters(fields, location, OcrParameters)
