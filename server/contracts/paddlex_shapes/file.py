"""Gets the bytes of the contract's ``file`` and finds their file kind, without decoding them.

In the JSON form, ``fileType`` gives the kind, or else the file name in a URL; it is never guessed from the content. In
the binary forms, which are our own, ``fileType`` gives the kind, or else the first bytes of the file.
"""

from server.contracts.front_desk import Visit
from server.errors import EmptyFile, FileTypeUndetermined, UnsupportedFileType, UrlNotFetched
from server.http.json_outline import LongString, pieces_of
from server.intake.base64_input import decode_base64
from server.intake.raw_file import FileKind, RawFile
from server.intake.sniff import sniff_kind
from server.intake.url_rules import MAX_LENGTH, infer_kind, is_too_long, is_url


async def open_file(visit: Visit, file: str | LongString | bytes, file_type: int | None) -> RawFile:
    """Get a file.

    Args:
        visit: fetches a URL, and decodes base64 in a thread.
        file: URL or base64 as text, or the file itself.
        file_type: the contract's ``fileType``.

    Raises:
        FileTypeUndetermined, UnsupportedFileType: the kind is not given and cannot be found.
        EmptyFile, NotBase64: the file is empty, or the text is not base64.
        UrlNotFetched: the URL is too long, or cannot or must not be fetched.
    """
    kind = None if file_type is None else FileKind(file_type)
    if isinstance(file, bytes):
        return RawFile(file, kind or _sniffed(file))
    if not file:
        raise EmptyFile
    # More than the longest address is not needed to tell an address from base64.
    start = file.head(MAX_LENGTH + 1) if isinstance(file, LongString) else file
    kind = kind or _inferred(start)
    if is_url(start):
        if is_too_long(start):
            raise UrlNotFetched("malformed")
        return RawFile(await visit.fetch(start), kind)
    data = await visit.in_thread(decode_base64, pieces_of(file))
    if not data:
        raise EmptyFile
    return RawFile(data, kind)


def _sniffed(data: bytes) -> FileKind:
    kind = sniff_kind(data)
    if kind is None:
        raise UnsupportedFileType
    return kind


def _inferred(text: str) -> FileKind:
    if not is_url(text):
        raise FileTypeUndetermined
    return infer_kind(text)
