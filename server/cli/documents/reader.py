"""The interface of who reads the documents of the command line: models in this process, or a server."""

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from models.descriptions.regular_file import read_regular_file
from server.cli.documents.forms import Results
from server.cli.documents.sources import Stamp

REASONS: Mapping[str, str] = {
    "encrypted": "The file is encrypted, and its password is missing or wrong. Give it with --password.",
    "empty": "The file is empty.",
    "unsupported": "The file is neither an image nor a PDF that can be read.",
    "damaged": "The file is damaged or cut off.",
}
"""The reason by the error's ``reason_word``. The errors' own messages are those of PaddleX's contract."""


class Unread(Exception):
    """There is no result of a document. The message says why, and other documents can be read.

    Args:
        reason: a sentence, without the name of the document.
        again: whether another try may help, because the fault may not be the document's.
    """

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


class Unavailable(Exception):
    """No document can be read now. It is no document's fault. The message says why."""


def _nothing(_pages: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document to read.

    Attributes:
        name: its path as it was given, for the JSON.
        data: its bytes.
        opened: is told the number of its pages, as soon as it is known.
        page_read: is called after each page.
        warn: is told what a person should know of a page that was read.
    """

    name: Path
    data: bytes = field(repr=False)
    opened: Callable[[int], None] = _nothing
    page_read: Callable[[], None] = lambda: None
    warn: Callable[[str], None] = lambda _: None


class Reader(Protocol):
    """Reads documents, several of them at once."""

    async def read(self, document: Document) -> Results:
        """Read a document.

        Raises:
            Unread: there is no result of this one.
            Unavailable: no document can be read now.
        """


def load_source(path: Path, max_bytes: int) -> tuple[bytes, Stamp]:
    """Read a file, and give its stamp from before.

    Raises:
        Unread: it cannot be read.
        FileNotFoundError: it has gone.
    """
    try:
        stamp = Stamp.of(path.stat())
        return read_regular_file(path, max_bytes), stamp
    except FileNotFoundError:
        raise
    except OSError as error:
        limit = " (limits.max_body_bytes)" if error.errno == errno.EFBIG else ""
        fixed = (errno.EACCES, errno.EPERM, errno.EFBIG, errno.EINVAL, errno.ELOOP, errno.EISDIR)
        raise Unread(f"cannot be read: {error.strerror}{limit}.", again=error.errno not in fixed) from error
