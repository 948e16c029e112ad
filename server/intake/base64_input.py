"""Decodes base64 in pieces, so that a document of many megabytes does not stop everything else in the process.

The decoder of the standard library holds Python's interpreter lock to its end, for a second and more.
"""

import base64
import binascii
import re
import string
from collections.abc import Iterable
from io import BytesIO

from server.errors import NotBase64

DATA_URI = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)
MAX_STRAY_PADDINGS = 1000
"""Padding signs in a row at a place where they mean nothing, counted once for each row. The standard library takes any
number of them. Skipping many costs much."""

_ALPHABET = (string.ascii_letters + string.digits + "+/").encode()
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET + b"="))
_PADDING = re.compile(rb"=+")
_STRICT_TAIL = 64
"""The last characters wait for the end, because padding is right only there. The standard library's strict rules accept
more padding signs than are needed. So do we, as far as they are in these characters."""


def decode_base64(pieces: Iterable[str]) -> bytes:
    """Decode the core contract's ``file`` as the reference does, with Python's lenient rules.

    The ``data:`` prefix of browsers is allowed. White space and all other ASCII characters outside the alphabet are
    dropped, also ``-`` and ``_``. Nothing after a complete padding counts.

    Args:
        pieces: the text in order. The first one holds the whole prefix, if there is one.

    Raises:
        NotBase64: nothing is left, the padding is wrong, a character is not ASCII, or there are more than
            `MAX_STRAY_PADDINGS`.
    """
    decoder, prefix_may_come = _LenientDecoder(), True
    try:
        for piece in pieces:
            prefix = DATA_URI.match(piece) if prefix_may_come else None
            decoder.add((piece[prefix.end() :] if prefix else piece).encode("ascii"))
            prefix_may_come = False
        data = decoder.end()
    except ValueError as error:
        raise NotBase64 from error
    if not data:
        raise NotBase64
    return data


class _LenientDecoder:
    """`base64.b64decode` without ``validate``, for pieces."""

    def __init__(self) -> None:
        self._data = BytesIO()
        self._held = b""
        """The beginning of a group of four characters."""
        self._strays = 0
        self._ended = False

    def add(self, piece: bytes) -> None:
        """Decode what is complete.

        Raises:
            ValueError: there are too many stray padding signs.
        """
        if self._ended:
            return
        text = self._held + piece.translate(None, _NOT_BASE64)
        groups, text = self._until_padding(text) if b"=" in text else (text, b"")
        end = len(groups) // 4 * 4
        self._data.write(binascii.a2b_base64(groups[:end]))
        self._held = groups[end:] + text

    def end(self) -> bytes:
        """Decode the rest.

        Raises:
            ValueError: the padding is wrong.
        """
        self._data.write(base64.b64decode(self._held))
        return self._data.getvalue()

    def _until_padding(self, text: bytes) -> tuple[bytes, bytes]:
        """Drop stray padding signs. Gives the characters up to a padding, and a padding that may be incomplete."""
        kept, begin, count = list[bytes](), 0, 0
        for padding in _PADDING.finditer(text):
            kept.append(text[begin : padding.start()])
            count += len(kept[-1])
            begin = padding.end()
            place = count % 4
            if place >= 2:
                self._ended = place + len(padding[0]) >= 4
                if self._ended or begin == len(text):
                    return b"".join(kept), padding[0]
            self._strays += 1
            if self._strays > MAX_STRAY_PADDINGS:
                raise ValueError("too many stray padding signs")
        return b"".join((*kept, text[begin:])), b""


class StrictDecoder:
    """Decodes base64 without any tolerance, in pieces. Characters that a contract ignores are already left out.

    Attributes:
        characters: how many there were so far.
    """

    def __init__(self) -> None:
        self.characters = 0
        self._data = BytesIO()
        self._held = b""
        self._error: binascii.Error | None = None

    def add(self, piece: bytes) -> None:
        """Decode what is complete. After the first mistake, characters are only counted."""
        self.characters += len(piece)
        if self._error is None and piece:
            text = self._held + piece
            end = max(0, len(text) - _STRICT_TAIL) // 4 * 4
            self._held = text[end:]
            if text[end - 1 : end] == b"=":
                self._error = binascii.Error("Excess data after padding")
            else:
                self._decode(text[:end])

    def add_text(self, pieces: Iterable[str], prefix: re.Pattern[str]) -> None:
        """Add a text without its white space.

        Args:
            pieces: the text in order. The first one holds the whole prefix, if there is one.
            prefix: what is left out at the beginning.
        """
        begins = True
        for piece in pieces:
            text = piece.lstrip() if begins else piece
            match = prefix.match(text) if begins else None
            self.add("".join(text[match.end() if match else 0 :].split()).encode("utf-8", "replace"))
            begins = False

    def end(self) -> bytes:
        """Decode the rest.

        Raises:
            ValueError: it is not base64.
        """
        if self._error is None:
            self._decode(self._held)
        if self._error is not None:
            raise self._error
        return self._data.getvalue()

    def _decode(self, text: bytes) -> None:
        try:
            self._data.write(base64.b64decode(text, validate=True))
        except binascii.Error as error:
            self._error = error
