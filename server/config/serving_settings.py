"""PaddleX's ``Serving`` section after reading: pictures, page limit, and where picture files go."""

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
        directory: made at start where it is missing.
    """

    directory: Path


FileStorage = MemoryStorage | FileSystemStorage


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """The effective serving values; `server/config/paddlex_pipeline.py` reads them.

    Attributes:
        visualize: draw pictures for requests that do not say.
        return_urls: answer with links to pictures instead of base64; ``file_storage`` is then always set.
        max_num_input_imgs: pages or frames of one document that are processed; None means all of them.
        file_storage: where picture files are kept; None keeps none.
        url_expires_in: seconds a link works, or `NEVER_EXPIRES`.
        max_output_img_size: width and height in pixels that pictures are scaled down to; None leaves their size alone.
    """

    visualize: bool = True
    return_urls: bool = False
    max_num_input_imgs: int | None = 10
    file_storage: FileStorage | None = None
    url_expires_in: int = 3600
    max_output_img_size: tuple[int, int] | None = (2000, 2000)
