"""Identifies, checks and decrypts Office documents before they are rendered. Runs in a worker only."""

import io
import zipfile
from collections.abc import Mapping

import msoffcrypto
import olefile
from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

from server.decode.formats.readers import Encrypted, Unreadable
from server.decode.workers.messages import MadeKind
from server.intake.sniff import ZIP_MAGIC

OOXML_KINDS: Mapping[str, MadeKind] = {"word/document": "docx", "xl/workbook": "xlsx", "ppt/presentation": "pptx"}
OLE_KINDS: Mapping[str, MadeKind] = {
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
}
ENCRYPTED_PACKAGE = "EncryptedPackage"
KNOWN_PASSWORD = "VelvetSweatshop"  # noqa: S105
"""Excel encrypts a workbook that is only protected against changes with this password, and opens it without asking."""

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 1024**3
MAX_MARKUP_BYTES = 256 * 1024**2
CHUNK_BYTES = 1024**2
MARKUP_EXTENSIONS = (".xml", ".rels", ".vml")
DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def plain_office(data: bytes, password: str | None) -> tuple[bytes, MadeKind]:
    """Check an Office document and decrypt it.

    Returns:
        The document and its file extension: docx, xlsx, pptx, doc, xls or ppt.

    Raises:
        Encrypted: there is no password, or a wrong one.
        Unreadable: it is none of the six, or unpacks to more bytes than allowed.
        Exception: it is damaged.
    """
    if data.startswith(ZIP_MAGIC):
        return data, _checked_package(data)
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        if container.exists(ENCRYPTED_PACKAGE):
            package = _decrypted(data, password)
            return package, _checked_package(package)
        kind = next((OLE_KINDS[name] for name in OLE_KINDS if container.exists(name)), None)
    if kind is None:
        raise Unreadable
    encrypted = msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted()
    return _decrypted(data, password) if encrypted else data, kind


def _decrypted(data: bytes, password: str | None) -> bytes:
    for candidate in (password, KNOWN_PASSWORD):
        if candidate:
            try:
                return _opened(data, candidate)
            except (InvalidKeyError, DecryptionError):
                continue
    raise Encrypted


def _opened(data: bytes, password: str) -> bytes:
    file = msoffcrypto.OfficeFile(io.BytesIO(data))
    file.load_key(password=password)
    plain = io.BytesIO()
    file.decrypt(plain)
    return plain.getvalue()


def _checked_package(data: bytes) -> MadeKind:
    """Find the kind of a package. A zip bomb, or a package that declares entities, is refused."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
            raise Unreadable
        markup = [member for member in members if member.filename.lower().endswith(MARKUP_EXTENSIONS)]
        if sum(member.file_size for member in markup) > MAX_MARKUP_BYTES:
            raise Unreadable
        for member in markup:
            _check_markup(package, member)
    names = [member.filename for member in members]
    kinds = (kind for part, kind in OOXML_KINDS.items() if any(name.startswith(part) for name in names))
    kind = next(kinds, None)
    if kind is None:
        raise Unreadable
    return kind


def _check_markup(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuse a document type declaration, which Office documents must not have (ECMA-376 part 2, 9.1.4)."""
    kept = max(map(len, DOCTYPES)) - 1
    tail = b""
    with package.open(member) as file:
        while chunk := file.read(CHUNK_BYTES):
            window = tail + chunk
            if any(doctype in window for doctype in DOCTYPES):
                raise Unreadable
            tail = window[-kept:]
