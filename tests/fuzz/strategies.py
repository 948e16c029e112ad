"""These make input that nobody would send, by the form in which it comes."""

import base64
import json

from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
"""Lone surrogates included: JSON can bring them."""
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=20)


def _nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)


VALUES = st.recursive(SCALARS, _nested)
NAMES = ("file", "fileType", "logId", "task", "clientKey", "seqid", "image", "image_type", "html_escape")
OBJECTS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), VALUES, max_size=6)
FORM = "multipart/form-data; boundary=b"
URLENCODED = "application/x-www-form-urlencoded"
MARKS = (b"--b", b"--b--", b"\r\n", b"\n", b"\r", b":", b";", b'"', b"=", b"name", b"image_file", b"%", b"&", b"\0")
PIECES = st.sampled_from(
    [
        *MARKS,
        b"Content-Disposition: form-data; name=",
        b'Content-Disposition: form-data; name="file"; filename="a.png"',
        b"Content-Type: text/plain",
        b"Content-Length: -1",
        b"Content-Transfer-Encoding: base64",
        b"filename*=utf-8''%ff",
        b"\xff\xfe",
    ]
)
FRAMED = st.lists(PIECES | st.binary(max_size=12), max_size=30).map(b"".join)


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """A text with a few bytes replaced, cut or put in."""
    edits = st.lists(st.tuples(st.integers(0, len(data)), st.integers(0, 4), st.binary(max_size=4)), max_size=4)

    def edit(changes: list[tuple[int, int, bytes]]) -> bytes:
        changed = data
        for at, cut, added in changes:
            changed = changed[:at] + added + changed[at + cut :]
        return changed

    return edits.map(edit)


JSON_BODIES = st.binary(max_size=80) | OBJECTS.map(lambda value: json.dumps(value).encode()).flatmap(damaged)
HARD_JSON = (b'{"file": ' + b"[" * 100_000, b'{"fileType": ' + b"9" * 5000 + b"}", b'\xff\xfe{\x00"\x00')
"""Depth, length and a cut encoding."""
BASE64 = st.binary(max_size=60) | st.binary(max_size=40).map(base64.b64encode).flatmap(damaged)
"""Base64, whole and damaged, and what is none."""
