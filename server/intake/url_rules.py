"""Whether the contract's ``file`` string is a URL, and what its name says the file is.

The reference asks Python's MIME table, which reads the machine's /etc/mime.types and differs between Python versions.
Ours is fixed, so that the same request gets the same answer everywhere; it holds what both name as an image.
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
"""A name's outer extension that tells how it is packed, not what it is: ``a.jpg.gz`` is an image by its name."""

MAX_LENGTH = 8192
"""Longest address that is looked into. The standard library's parser remembers what it parsed, whatever its size."""

BOS_HOST = re.compile(r"\w+\.bcebos\.com")
BOS_FILENAME = re.compile(r"attachment;filename=(.*)")


def is_url(text: str) -> bool:
    """Whether ``text`` is an address rather than base64: lower-case http(s), with a host."""
    if not text.startswith(("http://", "https://")):
        return False
    if is_too_long(text):
        return text.partition("://")[2][0] not in "/?#"
    parts = _split(text)
    return parts is not None and bool(parts.netloc)


def is_too_long(url: str) -> bool:
    """Whether an address is so long that nobody could mean it; never fetch or parse it."""
    return len(url) > MAX_LENGTH


def infer_kind(url: str) -> FileKind:
    """What the last part of a URL's path says the file is; query and fragment do not count.

    Addresses in Baidu's object storage may carry the name in the query instead.

    Raises:
        UnsupportedFileType: neither an image's name nor a PDF's, or longer than `MAX_LENGTH`.
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
