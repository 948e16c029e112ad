"""Finds the kind of a file by its content if no type is declared: for raw bodies and uploads, not the JSON contract."""

from pathlib import PurePath

from server.intake.raw_file import FileKind

PDF_HEADER = b"%PDF-"
PDF_HEADER_WITHIN = 1024
"""PDF readers tolerate so many bytes before the header (PDF 1.7, appendix H, note 13)."""

PNG_MAGIC, JPEG_MAGIC, BMP_MAGIC = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM"
GIF_MAGICS = (b"GIF87a", b"GIF89a")
IMAGE_MAGICS = (
    PNG_MAGIC,
    JPEG_MAGIC,
    BMP_MAGIC,
    *GIF_MAGICS,
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    b"\0\0\0\x0cjP  \r\n\x87\n",
    b"\xff\x4f\xff\x51",
    b"\x59\xa6\x6a\x95",
    *(b"P%d" % variant for variant in range(1, 8)),
    b"PF\n",
)

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_END, ZIP_END_WITHIN = b"PK\x05\x06", 65_557
"""The end record has 22 bytes, and a comment of up to 65,535 may follow it (APPNOTE 4.3.16)."""
OOXML_PARTS = (b"word/document", b"xl/workbook", b"ppt/presentation")
OLE_STREAMS = tuple(
    name.encode("utf-16-le") for name in ("WordDocument", "Workbook", "Book", "PowerPoint Document", "EncryptedPackage")
)
OFFICE_EXTENSIONS = frozenset({".docx", ".xlsx", ".pptx", ".doc", ".xls", ".ppt"})


def is_webp(data: bytes) -> bool:
    """Whether a file begins like a WebP image, whose magic has two parts."""
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def sniff_kind(data: bytes) -> FileKind | None:
    """Find whether a file is a PDF or an image; None if it is neither."""
    if data.startswith(IMAGE_MAGICS) or is_webp(data):
        return FileKind.IMAGE
    if PDF_HEADER in data[: PDF_HEADER_WITHIN + len(PDF_HEADER)]:
        return FileKind.PDF
    return None


def sniff_source(data: bytes, filename: str = "") -> FileKind | None:
    """Find whether a file is a PDF, an image or an Office document; None if it is none of them.

    Args:
        data: the file.
        filename: the caller's name. Its extension decides only if the content is a container (zip or OLE) that does not
            show its kind.
    """
    if not data.startswith((ZIP_MAGIC, OLE_MAGIC)):
        return sniff_kind(data)
    known = _is_ooxml(data) if data.startswith(ZIP_MAGIC) else any(name in data for name in OLE_STREAMS)
    return FileKind.OFFICE if known or PurePath(filename).suffix.lower() in OFFICE_EXTENSIONS else None


def _is_ooxml(data: bytes) -> bool:
    """Whether the archive's list of members (APPNOTE 4.3.12) names an Office main part. Nothing is unpacked."""
    end = data.rfind(ZIP_END, max(0, len(data) - ZIP_END_WITHIN))
    length, start = (int.from_bytes(data[at : at + 4], "little") for at in (end + 12, end + 16))
    members = data[start : start + length] if end >= 0 else b""
    return any(part in members for part in OOXML_PARTS)
