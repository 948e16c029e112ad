"""Parses a request's body, JSON or a form, into its fields. The order of a form's parts does not matter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.contracts.paddleocr_jobs.errors import BadParameter
from server.contracts.paddlex_shapes.json_body import decode_json, is_json
from server.errors import InvalidRequest
from server.http.body import split_content_type
from server.http.multipart_body import form_parts, part_text

FILE = "file"
TEXT_FIELDS = ("fileUrl", "model", "optionalPayload", "pageRanges", "batchId")

NOT_JSON = "The body is no JSON object. Send JSON with fileUrl, or a form (multipart/form-data) with file."
NO_PAYLOAD = "optionalPayload: send a JSON object, in a form as text."


@dataclass(slots=True)
class Fields:
    """A request's fields. Fields that the contract does not have are ignored.

    Attributes:
        values: JSON values by name, without those that are null.
        file: the upload; None if there is none. Its name and its type are not kept: the content tells what it is.
    """

    values: dict[str, object] = field(default_factory=dict)
    file: bytes | None = None

    def text(self, name: str) -> str:
        """A field's text; empty if it is absent.

        Raises:
            BadParameter: it is no text.
        """
        value = self.values.get(name, "")
        if not isinstance(value, str):
            raise BadParameter(f"{name}: must be a string.")
        return value

    def payload(self) -> Mapping[str, object]:
        """The object of ``optionalPayload``; empty if it is absent.

        Raises:
            BadParameter: it is no object, nor the text of one.
        """
        value = self.values.get("optionalPayload", "")
        if isinstance(value, str):
            value = _parsed(value) if value.strip() else {}
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise BadParameter(NO_PAYLOAD)
        return value


def parse_fields(body: bytes, content_type: str) -> Fields:
    """Parse a body. Pure CPU work in proportion to its size.

    Raises:
        BadParameter: it is neither JSON nor a form, or it has a file or a field twice.
        MalformedForm: it is not the form that its Content-Type says.
    """
    if is_json(content_type):
        return _from_json(body)
    if split_content_type(content_type) == ("multipart", "form-data"):
        return _from_form(body, content_type)
    raise BadParameter(
        "Content-Type: send a form (multipart/form-data) with file, or JSON (application/json) with fileUrl."
    )


def _from_json(body: bytes) -> Fields:
    try:
        decoded = decode_json(body, TEXT_FIELDS)
    except InvalidRequest as error:
        raise BadParameter(NOT_JSON) from error
    if not isinstance(decoded, dict):
        raise BadParameter(NOT_JSON)
    return Fields({name: decoded[name] for name in TEXT_FIELDS if decoded.get(name) is not None})


def _from_form(body: bytes, content_type: str) -> Fields:
    fields = Fields()
    for segment, content in form_parts(body, content_type):
        if segment.name == FILE:
            # Browsers send a part with an empty name where the user chose no file.
            if segment.filename == "" and not content:
                continue
            if fields.file is not None:
                raise BadParameter("file: there are several; send one.")
            fields.file = content
        elif segment.name in TEXT_FIELDS:
            if segment.name in fields.values:
                raise BadParameter(f"{segment.name}: the field is there twice.")
            fields.values[segment.name] = part_text(content)
    return fields


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadParameter(NO_PAYLOAD) from error
