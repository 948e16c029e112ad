"""The kinds of values that settings have, each with its bounds. A setting takes one of these as its type.

The bounds let through all that works, and nothing that would fail later: a time that no timer can count, more processes
than a machine starts, a path that no system has.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from server.config.host_names import host_pattern, origin
from server.config.host_rule import MAX_PORT, HostRule, is_address, is_host_name

_DAY = 24 * 60 * 60
_MAX_PATH_BYTES = 4095
_MAX_NAME_BYTES = 255
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")
_WEB_ADDRESS = re.compile(r"https?://[!-~]{1,2000}")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Words for what a value may be, where its type does not say it.

    Attributes:
        words: for an error message, after "must be".
    """

    words: str


@dataclass(frozen=True, slots=True)
class Folder:
    """Marks the path of a folder.

    Attributes:
        written: whether the server writes there, and makes the folder if it is missing.
    """

    written: bool = False


def _no_truth_value(value: object) -> object:
    """Refuse true and false. In Python they are numbers, in a configuration they are a mistake."""
    if isinstance(value, bool):
        raise ValueError("it is true or false")  # noqa: TRY004 - pydantic reports no other error of a validator
    return value


def _as_written(value: object, check: ValidatorFunctionWrapHandler) -> float:
    checked: float = check(value)
    return value if type(value) is int else checked


Whole = Annotated[int, BeforeValidator(_no_truth_value)]
Real = Annotated[float, BeforeValidator(_no_truth_value)]
RealAsWritten = Annotated[float, WrapValidator(_as_written), BeforeValidator(_no_truth_value)]
"""A number that stays an integer if it is written as one, because answers echo it."""

Count = Annotated[Whole, Field(ge=1, le=1_000_000)]
Bytes = Annotated[Whole, Field(ge=1, le=2**40)]
Pixels = Annotated[Whole, Field(ge=1, le=10**12)]
Side = Annotated[Whole, Field(ge=1, le=100_000)]
"""Pixels along one side of an image."""
Processes = Annotated[Whole, Field(ge=1, le=256)]
"""Processes, or threads, that work at once."""
Seconds = Annotated[Real, Field(ge=0.001, le=_DAY)]
"""The time that something may take. The timers of a system count no longer than some weeks."""
Lifetime = Annotated[Whole, Field(ge=1, le=3660 * _DAY)]
"""The seconds that something is kept or valid."""
PixelsAPoint = Annotated[Real, Field(ge=0.01, le=20)]
"""A scale for PDF pages. 1.0 is 72 dpi."""
Port = Annotated[Whole, Field(ge=0, le=MAX_PORT)]


def _path(value: object) -> object:
    """Refuse what no system takes for a path, and put the home directory in place of a ``~``."""
    if not isinstance(value, str):
        return value
    if not value:
        raise ValueError("it is empty")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValueError("it holds a control character, or one that is no text")
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise ValueError("nobody knows the home directory behind its '~'") from None
    if len(bytes(path)) > _MAX_PATH_BYTES or any(len(part.encode()) > _MAX_NAME_BYTES for part in path.parts):
        raise ValueError("it is too long")
    return path


FilePath = Annotated[Path, BeforeValidator(_path), Allowed("the path of a file")]
FolderPath = Annotated[Path, BeforeValidator(_path), Folder(), Allowed("the path of a folder")]
WrittenFolderPath = Annotated[
    Path, BeforeValidator(_path), Folder(written=True), Allowed("the path of a folder that can be written to")
]


def _checked(check: Callable[[str], object]) -> AfterValidator:
    """Refuse a text for which a check raises ValueError or is false. Its own message may quote the text.

    If the check gives a text, that is the value.
    """

    def validate(text: str) -> str:
        try:
            read = check(text)
        except ValueError:
            read = False
        if read is False:
            raise ValueError("it has another form")
        return read if isinstance(read, str) else text

    return AfterValidator(validate)


def _is_host(text: str) -> bool:
    return is_host_name(text) or is_address(text)


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    plain = not ("@" in parts.netloc or parts.query or parts.fragment) and parts.port != 0
    return _WEB_ADDRESS.fullmatch(text) is not None and plain and _is_host(parts.hostname or "")


def _is_model_name(text: str) -> bool:
    return _MODEL_NAME.fullmatch(text.strip()) is not None


Network = Annotated[str, _checked(ip_network), Allowed("an address or a network without host bits, such as 10.0.0.0/8")]
FetchedHost = Annotated[
    str,
    _checked(HostRule.parse),
    Allowed(
        "a host name in ASCII, *.domain, an IPv4 address or an [IPv6 address], with :port from 1 to 65535 or without"
    ),
]
HostPattern = Annotated[
    str, _checked(host_pattern), Allowed("a host name, *.domain or an address, without scheme, port and path")
]
Origin = Annotated[
    str, _checked(origin), Allowed("an origin without a path, such as https://app.example.org; * and null are none")
]
BindAddress = Annotated[str, _checked(_is_host), Allowed("an IP address without brackets, or a host name in ASCII")]
WebAddress = Annotated[
    str, _checked(_is_web_address), Allowed("http:// or https://, a host, and then at most a port and a path")
]
ModelName = Annotated[
    str, _checked(_is_model_name), Allowed("a model's name of letters, digits and the characters _ . -")
]
Device = Annotated[str, Field(pattern=r"^(cpu|gpu:[0-9]{1,3})$"), Allowed("cpu or gpu:N")]
