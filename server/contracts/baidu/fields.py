"""Parses the fields of a request: of its query, of a form, of a multipart form.

A form of many megabytes is one field of base64. It is unescaped by a few replacements in the whole value. The usual way
splits at every percent sign. It would take many times the memory of a form that escapes every character.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, unquote_to_bytes

from server.contracts.baidu.errors import PARAM_TOO_LONG, Refused
from server.contracts.base import AnyRequest
from server.http.multipart_body import MalformedForm, form_parts

FILES = ("image", "pdf_file")
"""Fields that hold base64."""
TEXTS = frozenset((
    "access_token", "url", "pdf_file_num", "language_type", "detect_direction", "detect_language", "paragraph",
    "probability", "recognize_granularity", "vertexes_location", "eng_granularity", "char_probability", "grant_type",
    "client_id", "client_secret",
))  # fmt: skip
"""Short fields. All others are ignored."""
MAX_TEXT_BYTES = 1024
"""Longest value of a short field: the contract's limit for addresses, and ample for the others."""
MAX_FIELDS = 128
MAX_NAME_BYTES = 64

_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_ALPHABET = b"+/= ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\r\n\t"
"""The characters of base64 in a form. Those that every client has to escape come first."""


class Fields:
    """A form's fields. The base64 of documents is kept as bytes and handed out once.

    Attributes:
        texts: the short fields.
        too_long: names of the short fields whose values are too long. Their values are cut off.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.too_long: set[str] = set()
        self._files: dict[str, bytes] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.texts or name in self._files

    def add(self, name: str, value: bytes, *, escaped: bool) -> None:
        """Add one field. If a name comes twice, the last value counts."""
        if name in FILES:
            self._files[name] = _unescape_base64(value) if escaped else value
        elif name in TEXTS:
            # An escaped byte is three bytes long.
            text = _unescape(value[: 3 * MAX_TEXT_BYTES + 1]) if escaped else value
            self.texts[name] = text[:MAX_TEXT_BYTES].decode("utf-8", "replace")
            if len(text) > MAX_TEXT_BYTES:
                self.too_long.add(name)

    def take_file(self, name: str) -> bytes:
        """Give the base64 of a document, and keep it no longer."""
        return self._files.pop(name)


def query_fields(request: AnyRequest) -> Mapping[str, str]:
    """The fields of a request's query string. If a name comes twice, the last value counts."""
    return dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))


def parse_fields(body: bytes, content_type: str) -> Fields:
    """Parse a form. Pure CPU work in proportion to its size. A body that is not a form has no fields.

    Raises:
        Refused: it has too many fields.
    """
    kind = content_type.partition(";")[0].strip().lower()
    fields = Fields()
    if kind == _MULTIPART:
        _add_parts(fields, body, content_type)
    elif kind in (_FORM, ""):
        for name, value in _pairs(body):
            fields.add(name, value, escaped=True)
    return fields


def _add_parts(fields: Fields, body: bytes, content_type: str) -> None:
    try:
        for segment, content in form_parts(body, content_type):
            fields.add(segment.name, content, escaped=False)
    except MalformedForm:
        # The fields before the damage count, as in a form that is cut off.
        return


def _pairs(body: bytes) -> Iterator[tuple[str, bytes]]:
    parts = body.split(b"&", MAX_FIELDS)
    if len(parts) > MAX_FIELDS:
        raise Refused(PARAM_TOO_LONG)
    for part in parts:
        name, _, value = part.partition(b"=")
        if len(name) <= MAX_NAME_BYTES:
            yield _unescape(name).decode("utf-8", "replace"), value


def _unescape(value: bytes) -> bytes:
    return unquote_to_bytes(value.replace(b"+", b" "))


def _unescape_base64(value: bytes) -> bytes:
    """Undo the escapes of base64 characters. Other escapes stay, and the value is then not base64.

    In a form, an unescaped plus sign means a space. In base64 it can only mean itself, so it stays.
    """
    for code in _ALPHABET:
        if b"%" not in value:
            break
        replacement = bytes([code])
        for escape in {b"%%%02X" % code, b"%%%02x" % code}:
            value = value.replace(escape, replacement)
    return value
