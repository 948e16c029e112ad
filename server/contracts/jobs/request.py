"""Parses a request into a checked call, and defines the part of it that is kept with its job.

The three forms are those of `POST /ocr`: JSON, a form, and the file as it is. Without ``fileType``, the content of the
file gives its kind.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any, Literal

import msgspec
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError, PydanticKnownError

from server.contracts.jobs.formats import BY_NAME, NAMES
from server.contracts.paddlex_shapes.json_body import CONTENT_TYPE_HINT, decode_json, is_json, log_id_of
from server.contracts.paddlex_shapes.lax_fields import Text
from server.contracts.paddlex_shapes.parameters import (
    OUTPUT_FORMATS,
    OcrParameters,
    OutputFormat,
    WithFile,
    checked_body,
    checked_parameters,
)
from server.contracts.paddlex_shapes.validation_errors import missing, refusal
from server.errors import InvalidRequest
from server.http.body import split_content_type
from server.http.json_outline import LongString
from server.http.multipart_body import form_parts, part_text
from server.intake.raw_file import FileKind
from server.intake.sniff import OFFICE_EXTENSIONS
from server.telemetry.record import RequestRecord

FILE_FIELD = "file"
ACCEPTED_FORMATS = tuple(dict.fromkeys((*NAMES, *OUTPUT_FORMATS)))
"""Names of files, and of the forms that each page of an answer can have: ``layout`` is no file."""
MAX_KEY = 255
"""Characters of an Idempotency-Key."""
MAX_PASSWORD = 128
PASSWORD_HASH = {"n": 2**14, "r": 8, "p": 1}
"""The cost of the hash of a password: 16 MiB of memory, and tens of milliseconds."""
MAX_RANGES, MAX_PAGE = 100, 1_000_000
PAGES_WANTED = "Input should be numbers and ranges of pages from 1 on, with commas between, such as '1-5,8'"
TOO_MANY_RANGES = f"Input should have at most {MAX_RANGES} numbers and ranges of pages; write neighbours as one range"

Ranges = tuple[tuple[int, int], ...]
"""First and last pages, from 1 on; empty for all pages."""


def parse_pages(text: str) -> Ranges:
    """Parse the field ``pages``.

    Raises:
        ValueError: it is no list of ranges, or has too many. The message says what is wanted.
    """
    ranges: list[tuple[int, int]] = []
    parts = text.split(",")
    if len(parts) > MAX_RANGES:
        raise ValueError(TOO_MANY_RANGES)
    for part in parts:
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        numbers = (first, last if dash else first)
        if not all(number.isascii() and number.isdigit() and len(number) <= len(str(MAX_PAGE)) for number in numbers):
            raise ValueError(PAGES_WANTED)
        ranges.append((int(numbers[0]), int(numbers[1])))
    if not all(1 <= first <= last <= MAX_PAGE for first, last in ranges):
        raise ValueError(PAGES_WANTED)
    return tuple(ranges)


def _checked_pages(text: str) -> str:
    try:
        parse_pages(text)
    except ValueError as error:
        raise PydanticCustomError("pages_parsing", str(error)) from error
    return text


def _split(value: object) -> object:
    return [name.strip() for name in value.split(",")] if isinstance(value, str) else value


def _known(name: str) -> str:
    if name not in ACCEPTED_FORMATS:
        raise PydanticKnownError("literal_error", {"expected": " or ".join(f"'{known}'" for known in ACCEPTED_FORMATS)})
    return name


def _short_enough(text: str) -> str:
    if len(text) > MAX_PASSWORD:
        raise PydanticKnownError("string_too_long", {"max_length": MAX_PASSWORD})
    return text


FormatName = Annotated[str, AfterValidator(_known)]


class JobParameters(OcrParameters):
    """All fields but the file: those of `POST /ocr` and our own. ``None`` is absent."""

    # The names of more formats than at POST /ocr.
    output_formats: Annotated[tuple[FormatName, ...] | None, BeforeValidator(_split)] = None  # type: ignore[assignment]
    pages: Annotated[Text, AfterValidator(_checked_pages)] | None = None
    webhook: Text | None = None
    password: Annotated[Text, AfterValidator(_short_enough)] | None = None

    def page_formats(self) -> tuple[OutputFormat, ...]:
        """The formats that each page of the answer shows, as at `POST /ocr`."""
        return tuple(name for name in OUTPUT_FORMATS if name in (self.output_formats or ()))


class JobRequest(JobParameters, WithFile):
    """The JSON body. ``file`` is a URL or base64."""


FIELDS = tuple(field.alias or name for name, field in JobRequest.model_fields.items())


class JobSpec(msgspec.Struct, frozen=True):
    """The work of a job. It is kept as JSON with the job. It holds no password and nothing of the file's name.

    Attributes:
        kind: of the document.
        base: the begin of links, as the request reached the server.
        parameters: the fields of the request that say how to read it, by their names in JSON.
        formats: extensions of the files that were asked for.
        pages: the pages to read; empty for all.
        webhook: the address that is told of the end; empty for none.
        locked: whether the request had a password.
    """

    kind: Literal["pdf", "image", "office"]
    base: str
    parameters: dict[str, Any] = {}
    formats: tuple[str, ...] = ()
    pages: Ranges = ()
    webhook: str = ""
    locked: bool = False

    @property
    def file_kind(self) -> FileKind:
        """The kind of the document."""
        return FileKind[self.kind.upper()]

    def read_parameters(self) -> JobParameters:
        """The parameters as they were checked."""
        return JobParameters.model_validate(self.parameters)


def read_spec(text: str) -> JobSpec:
    """Read a kept spec.

    Raises:
        ValueError: it is none.
    """
    return msgspec.json.decode(text, type=JobSpec)


def make_spec(parameters: JobParameters, kind: FileKind, base: str) -> JobSpec:
    """The spec of a checked call."""
    apart = {"pages", "webhook", "password", "file", "visualize"}
    kept = parameters.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=apart)
    if parameters.visualize:
        kept["visualize"] = True
    names = dict.fromkeys(name for name in parameters.output_formats or () if name in BY_NAME)
    return JobSpec(
        kind="office" if kind is FileKind.OFFICE else "pdf" if kind is FileKind.PDF else "image",
        base=base,
        parameters=kept,
        formats=tuple(BY_NAME[name].extension for name in names),
        pages=parse_pages(parameters.pages) if parameters.pages else (),
        webhook=parameters.webhook or "",
        locked=bool(parameters.password),
    )


@dataclass(frozen=True, slots=True)
class Call:
    """One checked call.

    Attributes:
        parameters: its fields.
        file: a URL or base64 as text, or the file itself as bytes.
        suffix: the extension of the file's name if it is an Office document's; otherwise empty.
        place: where the fields stand.
    """

    parameters: JobParameters
    file: str | LongString | bytes
    suffix: str = ""
    place: Literal["body", "query"] = "body"


def parse_call(body: bytes, content_type: str, query: Mapping[str, str], record: RequestRecord) -> Call:
    """Parse and check a body. Pure CPU work in proportion to its size.

    Args:
        body: the whole body.
        content_type: its header; empty if there is none.
        query: the query parameters; the JSON form ignores them.
        record: gets the caller's ``logId``.

    Raises:
        InvalidRequest: the body or a parameter is wrong.
        MalformedForm: it is not the form that its Content-Type says.
    """
    if not body:
        raise missing("body")
    if is_json(content_type):
        return _json_call(body, record)
    main, sub = split_content_type(content_type)
    if (main, sub) == ("multipart", "form-data"):
        return _form_call(body, content_type, query, record)
    if main == "image" or (main == "application" and sub != "x-www-form-urlencoded"):
        return Call(_parameters({}, query, record), body, place="query")
    try:
        checked_body(body, JobRequest)
    except InvalidRequest as error:
        error.hint = CONTENT_TYPE_HINT
        raise
    raise missing("body")


def _json_call(body: bytes, record: RequestRecord) -> Call:
    decoded = decode_json(body, FIELDS)
    record.log_id = log_id_of(decoded)
    file = decoded.get(FILE_FIELD) if isinstance(decoded, dict) else None
    if isinstance(decoded, dict) and isinstance(file, LongString):
        return Call(checked_body({**decoded, FILE_FIELD: ""}, JobRequest), file)
    request = checked_body(decoded, JobRequest)
    return Call(request, request.file)


def _form_call(body: bytes, content_type: str, query: Mapping[str, str], record: RequestRecord) -> Call:
    fields: dict[str, str] = {}
    file, suffix = b"", ""
    for segment, content in form_parts(body, content_type):
        if segment.name == FILE_FIELD:
            if file:
                raise refusal([("too_many", ("body", FILE_FIELD), "Send one file")])
            file, suffix = content, PurePath(segment.filename or "").suffix.lower()
        elif not segment.filename:
            fields[segment.name] = part_text(content)
    parameters = _parameters(fields, query, record)
    if not file:
        raise missing("body", FILE_FIELD)
    return Call(parameters, file, suffix if suffix in OFFICE_EXTENSIONS else "")


def _parameters(fields: Mapping[str, str], query: Mapping[str, str], record: RequestRecord) -> JobParameters:
    record.log_id = log_id_of({**query, **fields})
    in_query = checked_parameters(
        {name: text for name, text in query.items() if name not in fields}, "query", JobParameters
    )
    in_form = checked_parameters(dict(fields), "body", JobParameters)
    return in_query.model_copy(update=in_form.model_dump(exclude_unset=True))


def check_key(key: str) -> str:
    """Check an Idempotency-Key.

    Raises:
        InvalidRequest: it is too long, or holds other characters than printable ASCII.
    """
    if len(key) > MAX_KEY or not key.isascii() or not (key.isprintable() or not key):
        said = f"Input should be at most {MAX_KEY} printable ASCII characters"
        raise refusal([("idempotency_key", ("header", "Idempotency-Key"), said)])
    return key


def request_digest(parameters: JobParameters, file: bytes, salt: str) -> str:
    """The digest of a request's content, in any of its forms.

    A password is in it as a slow hash, salted for this job alone. So nobody who gets the digest has the password, and
    guesses are dear.

    Args:
        parameters: of the request.
        file: the document, or its URL.
        salt: random, and the same whenever a request is compared with this job's.
    """
    given = parameters.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"password", "file"})
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode())
    digest.update(hashlib.sha256(file).digest())
    if parameters.password:
        digest.update(hashlib.scrypt(parameters.password.encode(), salt=salt.encode(), **PASSWORD_HASH))
    return digest.hexdigest()
