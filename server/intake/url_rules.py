"""Decides whether the contract's ``file`` string is a URL, and which kind of file its name stands for.

The reference uses Python's MIME table, which reads the machine's /etc/mime.types and differs between Python versions.
Our table is fixed, so that the same request gives the same result everywhere. It has the image types of both sources.
"""

import posixpath
import re
from urllib.parse import ParseResult, parse_qs, urlparse

from server.errors import UnsupportedFileType
from server.intake.raw_file import FileKind

# fmt: off
IMAGE_EXTENSIONS = frozenset({
    "apng", "avif", "bmp", "dib", "gif", "heic", "heics", "heif", "heifs", "ico", "ief", "j2k", "jfif", "jp2",
    "jpe", "jpeg", "jpf", "jpg", "jpm", "jpx", "jxl", "pbm", "pgm", "png", "pnm", "ppm", "psd", "ras", "rgb",
    "svg", "svgz", "tif", "tiff", "webp", "xbm", "xpm", "xwd",
})
# fmt: on
COMPRESSED = frozenset({".gz", ".bz2", ".xz", ".Z", ".br"})
"""Outer extensions of packed files. They do not tell the kind: ``a.jpg.gz`` is an image by its name."""

MAX_LENGTH = 8192
"""The length of the longest address that is parsed. The standard library's parser caches addresses of any length."""

BOS_HOST = re.compile(r"\w+\.bcebos\.com")
BOS_FILENAME = re.compile(r"attachment;filename=(.*)")


def is_url(text: str) -> bool:
    """Whether ``text`` is an address and not base64: it begins with http(s) in lower case and has a host."""
    if not text.startswith(("http://", "https://")):
        return False
    if is_too_long(text):
        return text.partition("://")[2][0] not in "/?#"
    parts = _split(text)
    return parts is not None and bool(parts.netloc)


def is_too_long(url: str) -> bool:
    """Whether an address is too long to be real. It must not be fetched or parsed."""
    return len(url) > MAX_LENGTH


def infer_kind(url: str) -> FileKind:
    """The kind of a file, from the last part of its URL's path. Query and fragment do not count.

    An address of Baidu's object storage may have the name in the query.

    Raises:
        UnsupportedFileType: it is the name of neither an image nor a PDF, or it is longer than `MAX_LENGTH`.
    """
    parts = None if is_too_long(url) else _split(url)
    if parts is None:
        raise UnsupportedFileType
    kind = _kind_of_name(parts.path.rpartition("/")[2]) or _kind_of_name(_bos_filename(parts))
    if kind is None:
        raise UnsupportedFileType
    return kind


def _kind_of_name(name: str) -> FileKind | None:
    stem, extension = posixpath.splitext(name)
    if extension in COMPRESSED:
        extension = posixpath.splitext(stem)[1]
    extension = extension[1:].lower()
    if extension == "pdf":
        return FileKind.PDF
    return FileKind.IMAGE if extension in IMAGE_EXTENSIONS else None


def _bos_filename(parts: ParseResult) -> str:
    if not BOS_HOST.fullmatch(parts.netloc):
        return ""
    values = parse_qs(parts.query).get("responseContentDisposition", [])
    match = BOS_FILENAME.match(values[0]) if len(values) == 1 else None
    return match.group(1) if match else ""


def _split(url: str) -> ParseResult | None:
    try:
        return urlparse(url)
    except ValueError:
        return None
