"""A PDF just big enough for a golden file: vector text in the standard fonts, rules, one picture, a rotated page."""

from dataclasses import dataclass

A4 = (595, 842)
FONTS = {"F1": "Helvetica", "F2": "Times-Roman", "F3": "Courier"}


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page.

    Attributes:
        content: drawing operators.
        rotate: degrees clockwise that a viewer turns the page.
        jpeg: a picture, drawn over the whole page before ``content``.
        jpeg_size: its width and height in pixels.
    """

    content: str
    rotate: int = 0
    jpeg: bytes = b""
    jpeg_size: tuple[int, int] = (0, 0)


def text(x: float, y: float, size: float, words: str, font: str = "F1") -> str:
    """Operators for one line of text; origin at the lower left, in points."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def rule(x0: float, y0: float, x1: float, y1: float) -> str:
    """Operators for a thin line."""
    return f"0.8 w {x0} {y0} m {x1} {y1} l S\n"


def write_pdf(pages: list[PdfPage]) -> bytes:
    """The whole file. Objects: 1 catalogue, 2 page tree, 3 fonts, then page, content and picture of each page."""
    fonts = " ".join(f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{name} >>" for key, name in FONTS.items())
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", f"<< {fonts} >>".encode()]
    kids = []
    for page in pages:
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        objects += _page_objects(page, number)
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return _assemble(objects)


def _page_objects(page: PdfPage, number: int) -> list[bytes]:
    width, height = A4
    picture = f"/XObject << /Im {number + 2} 0 R >>" if page.jpeg else ""
    draw = f"q {width} 0 0 {height} 0 0 cm /Im Do Q\n" if page.jpeg else ""
    described = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Rotate {page.rotate} "
        f"/Resources << /Font 3 0 R {picture} >> /Contents {number + 1} 0 R >>"
    )
    objects = [described.encode(), _stream("", (draw + page.content).encode("latin-1"))]
    if page.jpeg:
        kind = f"/Type /XObject /Subtype /Image /Width {page.jpeg_size[0]} /Height {page.jpeg_size[1]}"
        colour = "/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode"
        objects.append(_stream(f"{kind} {colour} ", page.jpeg))
    return objects


def _stream(keys: str, data: bytes) -> bytes:
    return f"<< {keys}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _assemble(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    begin = len(out)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n".encode()
    out += f"startxref\n{begin}\n%%EOF\n".encode()
    return bytes(out)
