"""First bytes of real files."""

import io

import pytest
from PIL import Image

from server.intake.raw_file import FileKind
from server.intake.sniff import OLE_MAGIC, sniff_kind, sniff_source
from tests.unit.server.decode.office import office_samples as samples


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


OFFICE = {
    "docx": samples.word("x"),
    "xlsx": samples.excel(("x",)),
    "pptx": samples.powerpoint("x"),
    "locked": samples.locked(samples.word("x")),
    "with a comment": samples.word("x")[:-2] + b"\x05\0hello",
    **{name: OLE_MAGIC + bytes(504) + name.encode("utf-16-le") for name in ("WordDocument", "Workbook", "Book")},
    "PowerPoint": OLE_MAGIC + bytes(504) + "PowerPoint Document".encode("utf-16-le"),
}


@pytest.mark.parametrize("name", OFFICE)
def test_office_documents_whatever_they_are_called(name: str) -> None:
    for filename in ("", "picture.png", "a.docx"):
        assert sniff_source(OFFICE[name], filename) is FileKind.OFFICE
    assert sniff_kind(OFFICE[name]) is None


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"PK\x03\x04" + bytes(90), OLE_MAGIC + bytes(600)])
def test_the_name_decides_where_a_container_does_not_show_what_it_is(data: bytes) -> None:
    assert sniff_source(data, "C:\\a\\Report.DOCX") is FileKind.OFFICE
    for filename in ("", "docx", "a.zip", "a.docx.png"):
        assert sniff_source(data, filename) is None


def test_other_content_is_what_it_is() -> None:
    assert sniff_source(b"%PDF-1.7\n", "a.docx") is FileKind.PDF
    assert sniff_source(b"\xff\xd8\xff", "a.xlsx") is FileKind.IMAGE
    assert sniff_source(b"hello", "a.pptx") is None
    assert sniff_source(samples.with_parts(b"PK\x05\x06" + bytes(18), {"word.txt": b"word/document"}), "a.zip") is None
