"""Decodes base64 as the reference does: with Python's lenient decoder, and with the ``data:`` prefix of browsers."""

import base64
import binascii
import re

from server.errors import InvalidInputFile

DATA_URI = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)


def decode_base64(text: str) -> bytes:
    """Decode the contract's ``file`` string.

    White space and all other ASCII characters outside the alphabet are dropped, also ``-`` and ``_``.

    Raises:
        InvalidInputFile: nothing is left, the padding is wrong, or a character is not ASCII.
    """
    prefix = DATA_URI.match(text)
    try:
        data = base64.b64decode(text[prefix.end() :] if prefix else text)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputFile from error
    if not data:
        raise InvalidInputFile
    return data
