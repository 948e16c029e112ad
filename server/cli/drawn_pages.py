"""A PDF whose pages need fonts of this machine: one page for each East Asian script, with a font that is not in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """A script, as fonts of PDF files know it.

    Attributes:
        ordering: Adobe's name of its collection of characters.
        encoding: of a text in UTF-16.
        text: a few characters of it.
    """

    ordering: str
    encoding: str
    text: str


SCRIPTS: Mapping[str, Script] = {
    "simplified Chinese": Script("GB1", "UniGB-UTF16-H", "中文"),
    "traditional Chinese": Script("CNS1", "UniCNS-UTF16-H", "繁體"),
    "Japanese": Script("Japan1", "UniJIS-UTF16-H", "かな"),
    "Korean": Script("Korea1", "UniKS-UTF16-H", "한글"),
}
"""By name, in the order of the pages."""

PAGE = "<< /Type /Page"


def write_pages() -> bytes:
    """Write the file: a catalogue, a page tree, and for each script a page, its text and its font."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    for script in SCRIPTS.values():
        objects += _page(script, len(objects) + 1)
    pages = [f"{number} 0 R" for number, each in enumerate(objects, 1) if each.startswith(PAGE)]
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(pages)}] >>"
    return _assembled(objects)


def _page(script: Script, number: int) -> Sequence[str]:
    content = f"BT /F 20 Tf 10 10 Td <{script.text.encode('utf-16-be').hex()}> Tj ET"
    page = f"/MediaBox [0 0 100 40] /Contents {number + 1} 0 R /Resources << /Font << /F {number + 2} 0 R >> >>"
    font = f"/BaseFont /Absent /Encoding /{script.encoding} /DescendantFonts [{number + 3} 0 R]"
    collection = f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({script.ordering}) /Supplement 0 >>"
    measures = "/FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80"
    return (
        f"{PAGE} /Parent 2 0 R {page} >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        f"<< /Type /Font /Subtype /Type0 {font} >>",
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Absent {collection} /FontDescriptor {number + 4} 0 R >>",
        f"<< /Type /FontDescriptor /FontName /Absent /Flags 4 {measures} >>",
    )


def _assembled(objects: Sequence[str]) -> bytes:
    body, offsets = "%PDF-1.5\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode("ascii")
