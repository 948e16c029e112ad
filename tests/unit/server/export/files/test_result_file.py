"""Every format: what it is called, and that text no format may hold does no harm."""

import io
import zipfile

import pytest
from lxml import etree

from server.export.files.result_file import RESULT_FORMATS
from server.export.text import clean_text
from tests.unit.server.export.files.file_pages import IMAGE_SOURCE, file_page, text_line

CONTROLS = "".join(map(chr, range(32))) + "\x7f\ud800\udfff\ufffe\uffff"
HOSTILE = file_page(
    text_line(f"a{CONTROLS}b", 10, 10, 200, 40),
    text_line("<w:p>&amp;]]></w:p>", 10, 60, 200, 90),
    text_line(CONTROLS, 10, 110, 200, 140),
)


@pytest.mark.parametrize("name", RESULT_FORMATS)
@pytest.mark.parametrize(
    "pages", [(), (file_page(),), (HOSTILE, file_page(), HOSTILE)], ids=["none", "blank", "hostile"]
)
def test_every_format_takes_every_page(name: str, pages: tuple[object, ...]) -> None:
    data = RESULT_FORMATS[name].write(pages, IMAGE_SOURCE)  # type: ignore[arg-type]
    if name in ("docx", "xlsx", "pptx"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert package.testzip() is None
            for part in package.namelist():
                if part.endswith((".xml", ".rels")):
                    etree.fromstring(package.read(part))
    elif name == "pdf":
        assert data.startswith(b"%PDF-")
    else:
        data.decode()


def test_names_and_media_types() -> None:
    assert list(RESULT_FORMATS) == ["txt", "pdf", "docx", "xlsx", "pptx"]
    assert all(name == one.extension for name, one in RESULT_FORMATS.items())
    assert RESULT_FORMATS["txt"].media_type == "text/plain; charset=utf-8"
    assert RESULT_FORMATS["pdf"].media_type == "application/pdf"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("  a \t b\n", "a b"),
        ("a\0\x0b\x1fb", "ab"),
        ("\ud800x\udc00", "x"),
        ("字\uffff𠀀😀", "字𠀀😀"),
        ("\u3000 ", ""),
    ],
)
def test_clean_text(given: str, expected: str) -> None:
    assert clean_text(given) == expected
