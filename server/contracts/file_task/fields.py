"""Parses a request's form, in either encoding, into text fields and at most one file."""

from dataclasses import dataclass, field
from pathlib import PurePath
from urllib.parse import parse_qsl

from server.contracts.file_task.errors import BadParameter
from server.http.body import split_content_type
from server.http.multipart_body import MAX_FIELD_BYTES, MAX_PARTS, MalformedForm, form_parts, part_text

FILE_FIELD = "image_file"
TEXT_FIELDS = frozenset({"image_url", "format", "language", "password"})

FORM_DATA = ("multipart", "form-data")
URLENCODED = ("application", "x-www-form-urlencoded")


@dataclass(slots=True)
class Fields:
    """A form's fields. Fields that the contract does not have are ignored.

    Attributes:
        texts: text fields that are not empty, by name.
        file: the upload; None if there is none.
        suffix: the extension of the upload's name, in lower case, with its dot. The name itself is not kept.
    """

    texts: dict[str, str] = field(default_factory=dict)
    file: bytes | None = None
    suffix: str = ""


def parse_fields(body: bytes, content_type: str) -> Fields:
    """Parse a form. Pure CPU work in proportion to its size.

    Raises:
        BadParameter: the body is not a form, or has a field twice.
        MalformedForm: it is not the form that its Content-Type says.
    """
    main = split_content_type(content_type)
    if main == FORM_DATA:
        return _multipart(body, content_type)
    if main == URLENCODED:
        return _urlencoded(body)
    raise BadParameter(
        f"Send a form (multipart/form-data) with {FILE_FIELD} or image_url; other content types are not read."
    )


def _multipart(body: bytes, content_type: str) -> Fields:
    fields = Fields()
    for segment, content in form_parts(body, content_type):
        if segment.name in TEXT_FIELDS:
            _set_text(fields, segment.name, part_text(content))
        elif segment.name == FILE_FIELD:
            _set_file(fields, segment.filename, content)
    return fields


def _set_file(fields: Fields, filename: str | None, content: bytes) -> None:
    """Set the file. One with an empty name counts as absent: browsers send it where the user chose no file."""
    if filename == "" or (filename is None and not content):
        return
    if fields.file is not None:
        raise BadParameter(f"{FILE_FIELD}: there are several; send one file.")
    fields.file = content
    fields.suffix = PurePath(filename or "").suffix.lower()


def _set_text(fields: Fields, name: str, text: str) -> None:
    if not text:
        return
    if name in fields.texts:
        raise BadParameter(f"{name}: the field is there twice.")
    fields.texts[name] = text


def _urlencoded(body: bytes) -> Fields:
    if len(body) > MAX_FIELD_BYTES:
        raise MalformedForm
    fields = Fields()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_PARTS, errors="strict")
    except ValueError as error:
        raise BadParameter("The form cannot be read: it is not URL-encoded UTF-8.") from error
    for name, text in pairs:
        if name in TEXT_FIELDS:
            _set_text(fields, name, text)
        elif name == FILE_FIELD and text:
            raise BadParameter(f"{FILE_FIELD}: a file can only be sent as multipart/form-data.")
    return fields
