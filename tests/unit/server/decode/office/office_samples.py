"""Office documents, made on the spot: good ones, locked ones and nasty ones."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import docx
import numpy as np
import openpyxl
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Inches
from msoffcrypto.format.ooxml import OOXMLFile
from pptx import Presentation

from tests.unit.server.decode.samples import encoded

PASSWORD = "geheim"
SMALL_PICTURE = encoded(np.zeros((4, 8, 3), np.uint8), "PNG")
MEGABYTE = 1024 * 1024


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def excel(*rows: tuple[str, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def powerpoint(*titles: str) -> bytes:
    show = Presentation()
    for title in titles:
        show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = title
    return saved(show)


def with_picture(picture: bytes) -> bytes:
    document = docx.Document()
    document.add_picture(io.BytesIO(picture), width=Inches(6))
    return saved(document)


def locked(data: bytes, password: str = PASSWORD) -> bytes:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, buffer)
    return buffer.getvalue()


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same package with parts added or replaced."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return buffer.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name)


def with_entity(address: str) -> bytes:
    """A Word document whose text is an external entity."""
    data = word("ENTITY")
    markup = part(data, "word/document.xml").replace(b"ENTITY", b"&x;")
    declaration = b"?>\n" + b" " * (2 * MEGABYTE) + b'<!DOCTYPE x [<!ENTITY x SYSTEM "%s">]>' % address.encode()
    return with_parts(data, {"word/document.xml": markup.replace(b"?>", declaration, 1)})


def with_linked_picture(address: str) -> bytes:
    """A Word document with a picture that is not in it, but at an address."""
    document = docx.Document()
    document.add_paragraph("before")
    document.add_picture(io.BytesIO(SMALL_PICTURE), width=Inches(2))
    document.add_paragraph("after")
    embedded = next(key for key, link in document.part.rels.items() if link.reltype == RELATIONSHIP_TYPE.IMAGE)
    linked = document.part.relate_to(address, RELATIONSHIP_TYPE.IMAGE, is_external=True)
    data = saved(document)
    markup = part(data, "word/document.xml")
    old, new = b'r:embed="%s"' % embedded.encode(), b'r:link="%s"' % linked.encode()
    assert old in markup
    return with_parts(data, {"word/document.xml": markup.replace(old, new)})


def bomb() -> bytes:
    """A Word document of a few megabytes that would unpack to more than a gigabyte."""
    return with_parts(word("x"), {f"word/media/{number}.bin": bytes(300 * MEGABYTE) for number in range(4)})


def markup_bomb() -> bytes:
    return with_parts(word("x"), {"word/extra.xml": b"<x>" + b" " * (300 * MEGABYTE) + b"</x>"})


def many_members() -> bytes:
    return with_parts(word("x"), {f"word/media/{number}": b"" for number in range(10_001)})
