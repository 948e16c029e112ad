"""The contract's request: a key in a header, and a file whose content type says what it is."""

from server.admission.caller_limits import ANYBODY, Caller
from server.errors import InvalidInputFile, Unauthorized
from server.http.keys import KeyRing
from server.intake.raw_file import FileKind, RawFile

KEY_HEADER = "X-Tiny-Key"


def caller_of(key: str, keys: KeyRing) -> Caller:
    """The caller with this key.

    Raises:
        Unauthorized: keys are configured, and this is none of them.
    """
    if keys.open:
        return ANYBODY
    caller = keys.find(key)
    if caller is None:
        raise Unauthorized
    return caller


def file_of(body: bytes, content_type: str) -> RawFile:
    """The file that is to be read.

    Raises:
        InvalidInputFile: it is empty, or neither an image nor a PDF by its content type.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if not body or not (media_type == "application/pdf" or media_type.startswith("image/")):
        raise InvalidInputFile
    return RawFile(body, FileKind.PDF if media_type == "application/pdf" else FileKind.IMAGE, composite_alpha=True)
