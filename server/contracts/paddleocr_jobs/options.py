"""The field ``optionalPayload``: the options of a job, in camelCase, or in snake_case as one client sends them."""

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from server.contracts.paddleocr_jobs.errors import BadParameter
from server.contracts.paddleocr_jobs.served_models import Shape
from server.contracts.paddlex_shapes.document_parameters import DocumentParameters
from server.contracts.paddlex_shapes.lax_fields import LaxFields
from server.contracts.paddlex_shapes.parameters import OcrParameters

NOT_HERE = frozenset({"fileType", "logId", "preset", "diagnostics", "pdfText"})
"""Fields of other contracts that are no options of a job."""
ONLY_OF_OCR = frozenset({"outputFormats"})
"""Of documents this field has another meaning."""

Options = OcrParameters | DocumentParameters
Fields = TypeVar("Fields", bound=LaxFields)


def checked_options(given: Mapping[str, object], shape: Shape) -> Options:
    """Check the options of a job.

    Args:
        given: by name. Unknown ones are ignored. Null is absent, and so is an empty text, which Langflow sends.
        shape: of the result.

    Raises:
        BadParameter: a known option has a wrong value. The message names it.
    """
    if shape == "ocr":
        return _checked(given, OcrParameters, NOT_HERE | ONLY_OF_OCR)
    return _checked(given, DocumentParameters, NOT_HERE)


def _checked(given: Mapping[str, object], kind: type[Fields], left_out: frozenset[str]) -> Fields:
    known = {name: alias for name, alias in _names(kind).items() if alias not in left_out}
    values: dict[str, object] = {}
    for name, value in given.items():
        alias = known.get(name)
        # The camelCase name wins.
        if alias is not None and _is_there(value) and (name == alias or not _is_there(given.get(alias))):
            values[alias] = value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadParameter(f"optionalPayload: {first['loc'][0]}: {first['msg']}.") from error


def _is_there(value: object) -> bool:
    return value is not None and value != ""


@cache
def _names(kind: type[LaxFields]) -> Mapping[str, str]:
    """The names under which each option may come, with its camelCase name."""
    aliases = [field.alias or name for name, field in kind.model_fields.items()]
    return {**{to_snake(alias): alias for alias in aliases}, **{alias: alias for alias in aliases}}
