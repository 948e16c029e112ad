"""What a file without a declared type is, by its first bytes: for raw bodies and uploads, not the JSON contract."""

from server.intake.raw_file import FileKind

PDF_HEADER = b"%PDF-"
PDF_HEADER_WITHIN = 1024
"""PDF readers tolerate garbage before the header up to here (PDF 1.7, appendix H, note 13)."""

IMAGE_MAGICS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"BM",
    b"GIF87a",
    b"GIF89a",
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


def sniff_kind(data: bytes) -> FileKind | None:
    """PDF, image, or None where it is neither."""
    if data.startswith(IMAGE_MAGICS) or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        return FileKind.IMAGE
    if PDF_HEADER in data[: PDF_HEADER_WITHIN + len(PDF_HEADER)]:
        return FileKind.PDF
    return None
