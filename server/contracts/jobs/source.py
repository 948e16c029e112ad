"""Gets the document of a request, and finds its kind."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from server.contracts.front_desk import Visit
from server.contracts.jobs.request import Call
from server.errors import BodyTooLarge, EmptyFile, UnsupportedFileType, UrlNotFetched
from server.http.json_outline import LongString, pieces_of
from server.intake.base64_input import decode_base64
from server.intake.raw_file import FileKind
from server.intake.sniff import sniff_source
from server.intake.url_rules import MAX_LENGTH, is_too_long, is_url


def url_of(call: Call) -> str | None:
    """The address of the document; None if the request holds the document itself.

    Raises:
        UrlNotFetched: it is too long.
    """
    if isinstance(call.file, bytes):
        return None
    start = call.file.head(MAX_LENGTH + 1) if isinstance(call.file, LongString) else call.file
    if not is_url(start):
        return None
    if is_too_long(start):
        raise UrlNotFetched("malformed")
    return start


async def sent_file(visit: Visit, call: Call) -> bytes:
    """The document in the request.

    Raises:
        EmptyFile, NotBase64: it is empty, or the text is not base64.
    """
    if isinstance(call.file, bytes):
        return call.file
    data = await visit.in_thread(decode_base64, pieces_of(call.file)) if call.file else b""
    if not data:
        raise EmptyFile
    return data


def kind_of(data: bytes, call: Call, url: str | None, max_bytes: int) -> FileKind:
    """The kind of a document: ``fileType``, or what its content shows.

    Args:
        data: the document.
        call: the request.
        url: its address, if it came from one.
        max_bytes: the largest document that is taken.

    Raises:
        BodyTooLarge: it is too large.
        EmptyFile: it is empty.
        UnsupportedFileType: it is no PDF, image or Office document.
    """
    if len(data) > max_bytes:
        raise BodyTooLarge(f"The document is larger than the {max_bytes} bytes that this server takes.")
    if not data:
        raise EmptyFile
    if call.parameters.file_type is not None:
        return FileKind(call.parameters.file_type)
    suffix = call.suffix if url is None else PurePosixPath(urlsplit(url).path).suffix.lower()
    kind = sniff_source(data, f"document{suffix}")
    if kind is None:
        raise UnsupportedFileType
    return kind
