"""Checks a request, and defines the part of it that is kept with its task."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import msgspec

from server.contracts.file_task.errors import BadParameter, UploadTooLarge
from server.contracts.file_task.fields import FILE_FIELD, Fields
from server.contracts.file_task.languages import DIGITS, group_of, parse_languages
from server.intake.sniff import OFFICE_EXTENSIONS
from server.intake.url_rules import is_too_long

FORMATS = ("txt", "pdf", "docx", "xlsx", "pptx")
"""The vendor's formats, by their names in `RESULT_FORMATS`. A name is also the extension of the file."""
DEFAULT_FORMAT = "txt"
MAX_PASSWORD = 32
PORTS = (None, 80, 443)


class TaskSpec(msgspec.Struct, frozen=True):
    """The work of a task. It is kept as JSON with the task, so it holds no secret and nothing of the upload's name.

    Attributes:
        format: of the result, from `FORMATS`.
        language: a group of `models.languages.groups.GROUPS`.
        digits: keep only digits and punctuation of numbers.
        fetch: the task's source is the document's URL, not the document.
        suffix: the document's extension if it is an Office document's; otherwise empty.
    """

    format: str
    language: str
    digits: bool = False
    fetch: bool = False
    suffix: str = ""


def read_spec(text: str) -> TaskSpec:
    """Read a kept spec.

    Raises:
        ValueError: it is none.
    """
    return msgspec.json.decode(text, type=TaskSpec)


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request.

    Attributes:
        spec: the work of the task.
        source: the document, or its URL.
        password: opens the document.
    """

    spec: TaskSpec
    source: bytes
    password: str | None


def check_call(fields: Fields, max_upload_bytes: int) -> Call:
    """Check all fields.

    Raises:
        BadParameter: a field is missing or wrong.
        UploadTooLarge: the file is too large.
    """
    url = fields.texts.get("image_url")
    if (url is None) == (fields.file is None):
        problem = "neither is there" if url is None else "both are there"
        raise BadParameter(f"Send either {FILE_FIELD} or image_url: {problem}.")
    names = parse_languages(fields.texts.get("language", ""))
    suffix = fields.suffix if url is None else _url_suffix(_checked_url(url))
    spec = TaskSpec(
        format=_format(fields.texts.get("format", DEFAULT_FORMAT)),
        language=group_of(names),
        digits=names == (DIGITS,),
        fetch=url is not None,
        suffix=suffix if suffix in OFFICE_EXTENSIONS else "",
    )
    password = _password(fields.texts.get("password"))
    if fields.file is None:
        return Call(spec, (url or "").encode(), password)
    if len(fields.file) > max_upload_bytes:
        raise UploadTooLarge(f"{FILE_FIELD}: larger than the {max_upload_bytes} bytes that this server takes.")
    return Call(spec, fields.file, password)


def _format(text: str) -> str:
    if text not in FORMATS:
        raise BadParameter(f"format: must be one of {', '.join(FORMATS)}, in lower case.")
    return text


def _password(text: str | None) -> str | None:
    if text is not None and len(text) > MAX_PASSWORD:
        raise BadParameter(f"password: must have at most {MAX_PASSWORD} characters.")
    return text


def _checked_url(url: str) -> SplitResult:
    """Check the URL itself. Whether its host may be reached is checked when it is fetched."""
    if is_too_long(url):
        raise BadParameter("image_url: is too long.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadParameter("image_url: is not a valid address.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadParameter("image_url: must begin with http:// or https:// and name a host.")
    if port not in PORTS:
        raise BadParameter("image_url: only the ports 80 and 443 are allowed.")
    if "@" in parts.netloc:
        raise BadParameter("image_url: must not hold a user name or password.")
    return parts


def _url_suffix(parts: SplitResult) -> str:
    name = parts.path.rpartition("/")[2]
    return name[name.rfind(".") :].lower() if "." in name else ""
