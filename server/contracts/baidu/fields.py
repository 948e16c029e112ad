"""Parses the fields of a request: of its query, of a form, of a multipart form.

A form of many megabytes is one field of base64. It is unescaped only when it is decoded, in slices, by a few
replacements in each. The usual way splits at every percent sign. It would take many times the memory of a form that
escapes every character.
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
MAX_QUERY_BYTES = 8 * 1024
"""Longest query string: ample for every short field, with all its characters escaped."""
SLICE_BYTES = 64 * 1024

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
        self._files: dict[str, tuple[memoryview, bool]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.texts or name in self._files

    def add(self, name: str, value: memoryview, *, escaped: bool) -> None:
        """Add one field. If a name comes twice, the last value counts."""
        if name in FILES:
            self._files[name] = value, escaped
        elif name in TEXTS:
            # An escaped byte is three bytes long.
            start = bytes(value[: 3 * MAX_TEXT_BYTES + 1])
            text = _unescape(start) if escaped else start
            self.texts[name] = text[:MAX_TEXT_BYTES].decode("utf-8", "replace")
            if len(text) > MAX_TEXT_BYTES:
                self.too_long.add(name)

    def take_file(self, name: str) -> Iterator[bytes]:
        """Give the base64 of a document in pieces, and keep it no longer."""
        value, escaped = self._files.pop(name)
        return _pieces(value, escaped)


def query_fields(request: AnyRequest) -> Mapping[str, str]:
    """The fields of a request's query string. If a name comes twice, the last value counts.

    Raises:
        Refused: it is too long, or has too many fields.
    """
    query = request.scope["query_string"]
    if len(query) > MAX_QUERY_BYTES or query.count(b"&") >= MAX_FIELDS:
        raise Refused(PARAM_TOO_LONG)
    return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))


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
            fields.add(segment.name, memoryview(content), escaped=False)
    except MalformedForm:
        # The fields before the damage count, as in a form that is cut off.
        return


def _pairs(body: bytes) -> Iterator[tuple[str, memoryview]]:
    view, begin = memoryview(body), 0
    for _ in range(MAX_FIELDS):
        end = body.find(b"&", begin)
        end = len(body) if end < 0 else end
        equals = body.find(b"=", begin, end)
        equals = end if equals < 0 else equals
        if equals - begin <= MAX_NAME_BYTES:
            yield _unescape(body[begin:equals]).decode("utf-8", "replace"), view[equals + 1 : end]
        begin = end + 1
        if begin > len(body):
            return
    raise Refused(PARAM_TOO_LONG)


def _unescape(value: bytes) -> bytes:
    return unquote_to_bytes(value.replace(b"+", b" "))


def _pieces(value: memoryview, escaped: bool) -> Iterator[bytes]:
    begin = 0
    while begin < len(value):
        piece = bytes(value[begin : begin + SLICE_BYTES])
        if escaped and begin + len(piece) < len(value):
            # No escape is cut in two.
            cut = piece.find(b"%", len(piece) - 2)
            piece = piece if cut < 0 else piece[:cut]
        begin += len(piece)
        yield _unescape_base64(piece) if escaped else piece


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
