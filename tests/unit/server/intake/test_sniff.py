"""First bytes of real files."""

import io

import pytest
from PIL import Image

from server.intake.raw_file import FileKind
from server.intake.sniff import sniff_kind


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF", "PPM", "JPEG2000"])
def test_images(kind: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2)).save(buffer, kind)
    assert sniff_kind(buffer.getvalue()) is FileKind.IMAGE


@pytest.mark.parametrize("data", [b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0", b"P7\nWIDTH 1\n", b"PF\n1 1\n-1\n"])
def test_images_that_pillow_does_not_write(data: bytes) -> None:
    assert sniff_kind(data) is FileKind.IMAGE


@pytest.mark.parametrize("garbage", [b"", b"\xef\xbb\xbf", b"\0" * 1024])
def test_pdf_with_garbage_in_front(garbage: bytes) -> None:
    assert sniff_kind(garbage + b"%PDF-1.7\n") is FileKind.PDF


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04", b"\0" * 1025 + b"%PDF-1.7", b"RIFF1234WAVE"])
def test_anything_else(data: bytes) -> None:
    assert sniff_kind(data) is None
