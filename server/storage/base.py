"""The protocol of a picture store, and the keys of pictures.

A key is ``<document id>/<picture name>``. The id is random and ours. Nothing that a caller sends becomes part of a key.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Protocol

from server.errors import RequestError

_DOCUMENT_ID_BYTES = 16
_OF_PAGE = r"[a-z_]{1,40}_[0-9]{1,9}\.jpg"
_OF_PART = r"[a-z_]{1,40}(?:_[0-9]{1,9}){4}(?:_p[0-9]{1,9})?\.jpg"
_KEY = re.compile(rf"[0-9a-f]{{32}}/(?:{_OF_PAGE}|{_OF_PART}|[0-9a-f]{{64}}\.png)", re.ASCII)
"""JPEG pictures have names: of whole pages, or of parts with their boxes. A PNG picture has its content's SHA-256."""

MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture file.

    Attributes:
        field: the contract's key in an answer, e.g. ``ocrImage``.
        name: file name, e.g. ``ocr_img_0.jpg``. The number is the 0-based page.
        jpeg: the file.
    """

    field: str
    name: str
    jpeg: bytes


class ImageStore(Protocol):
    """Keeps JPEG and PNG files for some time. Every method may be called from any thread, and may block on a disk."""

    def put(self, key: str, picture: bytes) -> None:
        """Keep a picture. If the store has a cap, older pictures make room for it.

        Raises:
            ValueError: the key was not made by `picture_key`.
            PictureTooLarge: the picture alone exceeds the cap.
            OSError: the disk failed.
        """
        ...

    def get(self, key: str) -> bytes | None:
        """Give a kept picture; None if there is none, or none any more.

        Raises:
            ValueError: the key was not made by `picture_key`.
            OSError: the disk failed.
        """
        ...

    def sweep(self) -> None:
        """Remove expired pictures.

        Raises:
            OSError: the disk failed.
        """
        ...


class PicturesNotKept(RequestError):
    """The disk failed to keep a picture, or to give it."""

    status = 503
    default_message = (
        "The server cannot keep or read pictures at the moment; its log says why. Send visualize=false, or try later."
    )
    retry_after = 30


class PictureTooLarge(RequestError):
    """One picture alone exceeds the store's byte cap. Such a setting cannot work, and a link would be dead."""

    default_message = "A picture of this page is larger than the server's picture storage (storage.max_bytes)."


def new_document_id() -> str:
    """Make an unguessable id for one request's pictures: 128 random bits in 32 lower-case hexadecimal digits."""
    return secrets.token_hex(_DOCUMENT_ID_BYTES)


def picture_key(document_id: str, name: str) -> str:
    """Join and check a key, e.g. ``<32 hexadecimal digits>/ocr_img_0.jpg``.

    Raises:
        ValueError: one of the parts was not made by us.
    """
    return checked_key(f"{document_id}/{name}")


def checked_key(key: str) -> str:
    """Check a key and return it. It is safe as a relative path of two parts.

    Raises:
        ValueError: it is not a key.
    """
    if not is_key(key):
        raise ValueError("not a picture key")
    return key


def is_key(text: str) -> bool:
    """Whether a text is a key that `picture_key` could have made."""
    return _KEY.fullmatch(text) is not None
