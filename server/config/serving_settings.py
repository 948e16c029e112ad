"""PaddleX's ``Serving`` section after reading: pictures, their storage, and the page limit."""

from dataclasses import dataclass
from pathlib import Path

NEVER_EXPIRES = -1
"""``url_expires_in`` for links that stay valid as long as the picture is kept."""


@dataclass(frozen=True, slots=True)
class MemoryStorage:
    """Pictures are kept in this process, up to ``storage.max_bytes``."""


@dataclass(frozen=True, slots=True)
class FileSystemStorage:
    """Pictures are written below a directory.

    Attributes:
        directory: created at start if it is missing.
    """

    directory: Path


FileStorage = MemoryStorage | FileSystemStorage


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """The effective serving values, from `server/config/paddlex_serving.py`.

    Attributes:
        visualize: draw pictures for requests that do not set it.
        return_urls: answer with links to pictures instead of base64. ``file_storage`` is then always set.
        max_num_input_imgs: pages or frames of one document that are processed; None means all of them.
        file_storage: the storage of picture files; None keeps none.
        url_expires_in: seconds that a link works, or `NEVER_EXPIRES`.
        max_output_img_size: largest width and height of pictures in pixels; None keeps their size.
    """

    visualize: bool = True
    return_urls: bool = False
    max_num_input_imgs: int | None = 10
    file_storage: FileStorage | None = None
    url_expires_in: int = 3600
    max_output_img_size: tuple[int, int] | None = (2000, 2000)
