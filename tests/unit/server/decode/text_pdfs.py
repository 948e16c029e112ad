"""PDFs with text of their own, made from the operators of their pages."""

import io
from collections.abc import Mapping, Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name

A4 = (595, 842)
RED_SQUARE = b"\xff\x00\x00" * 64


def text(content: str, x: float = 72, y: float = 700, size: float = 12, before: str = "") -> str:
    """Operators that show a line of ASCII text in Helvetica."""
    escaped = content.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {before} /F {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def to_unicode(pairs: Mapping[int, str]) -> bytes:
    """A ToUnicode map of one-byte codes."""
    lines = "\n".join(f"<{code:02x}> <{content.encode('utf-16-be').hex()}>" for code, content in pairs.items())
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(pairs)} beginbfchar\n{lines}\nendbfchar endcmap end end"
    ).encode()


def text_pdf(
    *pages: str,
    size: tuple[int, int] = A4,
    maps: Sequence[Mapping[int, str] | None] = (),
    page_keys: Mapping[str, object] | None = None,
    picture: bytes | None = None,
    font: str = "Helvetica",
) -> bytes:
    """A PDF of pages with these operators. ``/F`` is the font, and ``/Im`` a picture.

    Args:
        pages: operators of each page.
        size: of the pages in points.
        maps: the ToUnicode map of each page's font; None for none.
        page_keys: more keys of every page.
        picture: 8 by 8 pixels, as RGB.
        font: its name.
    """
    pdf = pikepdf.new()
    for number, operators in enumerate(pages):
        face = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(f"/{font}"), Encoding=Name.WinAnsiEncoding)
        if number < len(maps) and maps[number] is not None:
            face.ToUnicode = pdf.make_stream(to_unicode(maps[number] or {}))
        image = pdf.make_stream(
            picture or RED_SQUARE,
            Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8, ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
        )  # fmt: skip
        page = pdf.add_blank_page(page_size=size)
        page.obj.Resources = Dictionary(Font=Dictionary(F=pdf.make_indirect(face)), XObject=Dictionary(Im=image))
        page.obj.Contents = pdf.make_stream(operators.encode("latin-1"))
        for key, value in (page_keys or {}).items():
            page.obj[key] = Array(value) if isinstance(value, list | tuple) else value
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


WRONG_MAP = {code: chr(ord("a") + (code - ord("a") + 7) % 26) for code in range(ord("a"), ord("z") + 1)}
"""Each small letter has a wrong character, as in a file whose text is not to be copied."""

LETTER = (
    "The harbour lay quiet in the morning light,",
    "and nobody spoke of what had happened there.",
    "Ships from Oslo brought 1987 crates of herring.",
    "People walked across the ice with horses.",
)


def letter(lines: Sequence[str] = LETTER) -> str:
    """Operators of a page with a few lines of a letter."""
    return "".join(text(line, 72, 720 - 30 * number, 16) for number, line in enumerate(lines))
