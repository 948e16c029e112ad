"""What keeps picture files, and how a picture is named inside it.

A key is ``<document id>/<picture name>``. The id is random and ours; nothing that a caller sends becomes part of a key.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Protocol

from server.errors import RequestError

_DOCUMENT_ID_BYTES = 16
_KEY = re.compile(r"[0-9a-f]{32}/(?:[a-z_]{1,40}_[0-9]{1,9}\.jpg|[0-9a-f]{64}\.png)", re.ASCII)
"""JPEG pictures of a page have names; PNG pictures of what is on it are called by the SHA-256 of their content."""

MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture file.

    Attributes:
        field: the contract's key in an answer, e.g. ``ocrImage``.
        name: file name, e.g. ``ocr_img_0.jpg``; the number is the page's, from 0.
        jpeg: the file.
    """

    field: str
    name: str
    jpeg: bytes


class ImageStore(Protocol):
    """Keeps JPEG and PNG files for a while. Every method may be called from any thread, and may block on a disk."""

    def put(self, key: str, picture: bytes) -> None:
        """Keep a picture, making room where the store has a cap.

        Raises:
            ValueError: the key was not made by `picture_key`.
            PictureTooLarge: it alone is over the cap.
            OSError: the disk refused.
        """
        ...

    def get(self, key: str) -> bytes | None:
        """Give a kept picture, or None where there is none, or none any more.

        Raises:
            ValueError: the key was not made by `picture_key`.
            OSError: the disk refused.
        """
        ...

    def sweep(self) -> None:
        """Remove what is expired.

        Raises:
            OSError: the disk refused.
        """
        ...


class PicturesNotKept(RequestError):
    """The disk refused to keep a picture, or to give it."""

    status = 503
    default_message = (
        "The server cannot keep or read pictures at the moment; its log says why. Send visualize=false, or try later."
    )
    retry_after = 30


class PictureTooLarge(RequestError):
    """One picture alone is over the store's byte cap: a setting that cannot work, told instead of a dead link."""

    default_message = "A picture of this page is larger than the server's picture storage (storage.max_bytes)."


def new_document_id() -> str:
    """Make an unguessable id for one request's pictures: 128 random bits in 32 lower-case hexadecimal digits."""
    return secrets.token_hex(_DOCUMENT_ID_BYTES)


def picture_key(document_id: str, name: str) -> str:
    """Join and check a key, e.g. ``<32 hexadecimal digits>/ocr_img_0.jpg``.

    Raises:
        ValueError: either part is not of our making.
    """
    return checked_key(f"{document_id}/{name}")


def checked_key(key: str) -> str:
    """Return the key, which is safe as a relative path of two parts.

    Raises:
        ValueError: it is anything else.
    """
    if not is_key(key):
        raise ValueError("not a picture key")
    return key


def is_key(text: str) -> bool:
    """Say whether a text is a key that `picture_key` could have made."""
    return _KEY.fullmatch(text) is not None
