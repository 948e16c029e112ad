"""The form that a request brings, of either encoding, as text fields and at most one file."""

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
class TaskForm:
    """A form's fields that mean something here; others are ignored.

    Attributes:
        texts: fields that are not empty, by name.
        file: the upload; None where there is none.
        suffix: the extension of the upload's name, in lower case, with its dot. The name itself is not kept.
    """

    texts: dict[str, str] = field(default_factory=dict)
    file: bytes | None = None
    suffix: str = ""


def parse_task_form(body: bytes, content_type: str) -> TaskForm:
    """Read a form. CPU work in proportion to its size.

    Raises:
        BadParameter: it is no form, or has a field twice.
        MalformedForm: it is not the form that it says.
    """
    main = split_content_type(content_type)
    if main == FORM_DATA:
        return _multipart(body, content_type)
    if main == URLENCODED:
        return _urlencoded(body)
    raise BadParameter(
        f"Send a form (multipart/form-data) with {FILE_FIELD} or image_url; other content types are not read."
    )


def _multipart(body: bytes, content_type: str) -> TaskForm:
    form = TaskForm()
    for segment, content in form_parts(body, content_type):
        if segment.name in TEXT_FIELDS:
            _set_text(form, segment.name, part_text(content))
        elif segment.name == FILE_FIELD:
            _set_file(form, segment.filename, content)
    return form


def _set_file(form: TaskForm, filename: str | None, content: bytes) -> None:
    """A file whose name is empty counts as absent: that is what browsers send where none was chosen."""
    if filename == "" or (filename is None and not content):
        return
    if form.file is not None:
        raise BadParameter(f"{FILE_FIELD}: there are several; send one file.")
    form.file = content
    form.suffix = PurePath(filename or "").suffix.lower()


def _set_text(form: TaskForm, name: str, text: str) -> None:
    if not text:
        return
    if name in form.texts:
        raise BadParameter(f"{name}: the field is there twice.")
    form.texts[name] = text


def _urlencoded(body: bytes) -> TaskForm:
    if len(body) > MAX_FIELD_BYTES:
        raise MalformedForm
    form = TaskForm()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_PARTS, errors="strict")
    except ValueError as error:
        raise BadParameter("The form cannot be read: it is not URL-encoded UTF-8.") from error
    for name, text in pairs:
        if name in TEXT_FIELDS:
            _set_text(form, name, text)
        elif name == FILE_FIELD and text:
            raise BadParameter(f"{FILE_FIELD}: a file can only be sent as multipart/form-data.")
    return form
