"""Parses `multipart/form-data` bodies in memory: uploads never touch the disk."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from server.errors import BodyNotUnderstood, RequestError

MAX_PARTS = 64
MAX_CONTENT_TYPE = 1024
"""Longest Content-Type header. A boundary has at most 70 characters."""
MAX_FIELD_BYTES = 64 * 1024
HEADER_CHARSET = "latin-1"
"""This reads any bytes. File names come in the charset of the client's system, such as GBK. Only their extensions are
used, and all names of fields are ASCII."""
SLICE_BYTES = 128 * 1024
"""The parser looks at so many bytes at once. Each of its searches holds Python's interpreter lock."""


class MalformedForm(RequestError):
    """The body is not the form that its Content-Type says."""

    status = 422
    reason_word = BodyNotUnderstood.reason_word
    default_message = "The multipart form cannot be read."


@dataclass(slots=True)
class Form:
    """A parsed form.

    Attributes:
        fields: text fields by name. If a name comes twice, the last one counts.
        file: content of the part named ``file``, or None. Other files are ignored.
    """

    fields: dict[str, str] = field(default_factory=dict)
    file: bytes | None = None


def parse_form(body: bytes, content_type: str) -> Form:
    """Read a form.

    Args:
        body: the whole body.
        content_type: its header, with the boundary.

    Raises:
        MalformedForm: there is no boundary, the framing is broken, or there are too many or too large fields.
    """
    form = Form()
    for segment, content in form_parts(body, content_type):
        if segment.name == "file":
            form.file = content
        elif not segment.filename:
            form.fields[segment.name] = part_text(content)
    return form


def form_parts(body: bytes, content_type: str) -> Iterator[tuple[MultipartSegment, bytes]]:
    """Give a form's parts in their order, each with its content.

    Raises:
        MalformedForm: there is no boundary, the header is too long, the framing is broken, or there are too many parts.
    """
    try:
        if len(content_type) > MAX_CONTENT_TYPE:
            raise MalformedForm
        boundary = parse_options_header(content_type)[1].get("boundary", "")
        if not boundary:
            raise MalformedForm
        yield from _parts(body, boundary)
    except (MultipartError, LookupError) as error:
        raise MalformedForm from error


def part_text(content: bytes) -> str:
    """A part's content as text.

    Raises:
        MalformedForm: it is too long, or not UTF-8.
    """
    if len(content) > MAX_FIELD_BYTES:
        raise MalformedForm
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedForm from error


def _parts(body: bytes, boundary: str) -> Iterator[tuple[MultipartSegment, bytes]]:
    with PushMultipartParser(boundary, max_segment_count=MAX_PARTS, header_charset=HEADER_CHARSET) as parser:
        segment: MultipartSegment | None = None
        content = BytesIO()
        slices = (body[begin : begin + SLICE_BYTES] for begin in range(0, len(body), SLICE_BYTES))
        for event in (event for piece in (*slices, b"") for event in parser.parse(piece)):
            if isinstance(event, MultipartSegment):
                segment, content = event, BytesIO()
            elif event is not None:
                content.write(event)
            elif segment is not None:
                yield segment, content.getvalue()
