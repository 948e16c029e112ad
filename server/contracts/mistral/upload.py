"""The form of `POST /v1/files`, and the query parameters of the other calls about files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.contracts.mistral.errors import BODY, Location, WrongField
from server.http.body import split_content_type
from server.http.multipart_body import HEADER_CHARSET, form_parts, part_text

PURPOSE = "ocr"
DEFAULT_HOURS, MAX_HOURS = 24, 168
MAX_NAME = 255
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 100, 1000
NOT_A_FORM = "Send a form (multipart/form-data) with file and purpose=ocr."

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a caller sends.

    Attributes:
        data: its content.
        name: of the file.
        media_type: as the caller says; empty if it says none.
        hours: after which it is to be deleted; None if the caller does not say.
    """

    data: bytes
    name: str
    media_type: str
    hours: int | None


def parse_upload(body: bytes, content_type: str) -> Upload:
    """Parse a form. Other fields than ``file``, ``purpose`` and ``expiry`` are ignored.

    Raises:
        WrongField: there is no file, or a field is wrong.
        MalformedForm: it is not the form that its Content-Type says.
    """
    if split_content_type(content_type) != ("multipart", "form-data"):
        raise WrongField(BODY, NOT_A_FORM)
    fields: dict[str, str] = {}
    file: tuple[bytes, str, str] | None = None
    for segment, content in form_parts(body, content_type):
        if segment.name == "file":
            file = (content, _name(segment.filename or ""), _media_type(segment.content_type or ""))
        elif segment.name in ("purpose", "expiry"):
            fields[segment.name] = part_text(content)
    if file is None:
        raise WrongField(("body", "file"), "Field required", "missing")
    if fields.get("purpose", PURPOSE) != PURPOSE:
        raise WrongField(("body", "purpose"), f"The only purpose of files here is '{PURPOSE}'.", "enum")
    hours = parse_hours(fields["expiry"], ("body", "expiry")) if fields.get("expiry") else None
    return Upload(*file, hours)


def parse_hours(text: str, location: Location) -> int:
    """Hours until a link or a file expires.

    Raises:
        WrongField: the text is no whole number from 1 to `MAX_HOURS`.
    """
    return parse_number(text, location, 1, MAX_HOURS)


def parse_number(text: str, location: Location, least: int, most: int) -> int:
    """A whole number.

    Raises:
        WrongField: the text is none, or it is outside the range.
    """
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
    if not least <= number <= most:
        raise WrongField(location, f"Send a whole number from {least} to {most}.", "int_parsing")
    return number


@dataclass(frozen=True, slots=True)
class Listing:
    """The part of a caller's files that a request wants.

    Attributes:
        page: of the list, from 0 on.
        page_size: files on a page.
        purpose: of the files; None for any.
        search: is in the names of the files; empty for all.
    """

    page: int
    page_size: int
    purpose: str | None
    search: str


def parse_listing(query: Mapping[str, str]) -> Listing:
    """Parse the query of `GET /v1/files`. Other parameters are ignored.

    Raises:
        WrongField: a number is wrong.
    """
    page, size = query.get("page", "0"), query.get("page_size", str(DEFAULT_PAGE_SIZE))
    return Listing(
        parse_number(page, ("query", "page"), 0, 10**6),
        parse_number(size, ("query", "page_size"), 1, MAX_PAGE_SIZE),
        query.get("purpose"),
        query.get("search", ""),
    )


def _name(raw: str) -> str:
    """The name of a file as text. The header is read in a charset that takes any bytes; most clients send UTF-8."""
    return raw.encode(HEADER_CHARSET, "replace").decode("utf-8", "replace")[:MAX_NAME]


def _media_type(text: str) -> str:
    media_type = text.partition(";")[0].strip()
    return media_type if _MEDIA_TYPE.fullmatch(media_type) else ""
