"""PDF pages whose fonts are not in the file, and a font of our own making."""

import io
from collections.abc import Mapping

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from tests.unit.server.decode.samples import pdf, stream

GB_CODE_PAGE = 1 << 18
"""The bit of a font that says: it has simplified Chinese."""

SCRIPTS: Mapping[str, tuple[str, str, str]] = {
    "simplified Chinese": ("GB1", "UniGB-UTF16-H", "增值税"),
    "traditional Chinese": ("CNS1", "UniCNS-UTF16-H", "繁體字"),
    "Japanese": ("Japan1", "UniJIS-UTF16-H", "請求書"),
    "Korean": ("Korea1", "UniKS-UTF16-H", "영수증"),
}
"""By name: Adobe's collection of characters, an encoding, a text."""

ALL_LETTERS = "".join(text for _, _, text in SCRIPTS.values())
MEASURES = b"/FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 /Descent -200 /CapHeight 700 /StemV 80"


def east_asian_page(script: str) -> bytes:
    """A page of one text, in a font with a collection of characters that PDFium knows."""
    ordering, encoding, text = SCRIPTS[script]
    return _page(_font(encoding, ordering), text.encode("utf-16-be"))


def glyph_page(text: str, *, tells: bool = True, mode: int = 0, font_file: bytes = b"", latin: str = "") -> bytes:
    """A page of one text whose codes are the numbers of glyphs 1, 2, ... in a font.

    Args:
        text: what is written.
        tells: whether the file says which characters these are.
        mode: 0 draws the text, 3 leaves it invisible.
        font_file: the font; none is in the file without it.
        latin: a second text, in one of PDF's standard fonts.
    """
    codes = b"".join(number.to_bytes(2) for number, _ in enumerate(text, 1))
    rows = b"".join(b"<%04x> <%04x>\n" % (number, ord(letter)) for number, letter in enumerate(text, 1))
    begin = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
    spaces = b"1 begincodespacerange <0000> <ffff> endcodespacerange %d beginbfchar\n" % len(text)
    table = stream(begin + spaces + rows + b"endbfchar endcmap end end")
    refers = b"/ToUnicode 5 0 R" if tells else b""
    embedded = b"/FontFile2 6 0 R" if font_file else b""
    font = _font("Identity-H", "Identity", refers, embedded)
    more = b" BT /L 20 Tf 20 100 Td (%s) Tj ET" % latin.encode() if latin else b""
    return _page(font, codes, mode, more, extra=(table, stream(font_file)))


def form_page(text: str) -> bytes:
    """A page whose text is in a form, in a font that is not in the file."""
    rows = b"".join(b"<%04x> <%04x>\n" % (number, ord(letter)) for number, letter in enumerate(text, 1))
    table = b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange %d beginbfchar\n" % len(text)
    codes = b"".join(number.to_bytes(2) for number, _ in enumerate(text, 1))
    fonts = b"/Resources << /Font << /F " + _font("Identity-H", "Identity", b"/ToUnicode 5 0 R") + b" >> >>"
    form = stream(_content(codes), b"/Type /XObject /Subtype /Form /BBox [0 0 400 150] " + fonts)
    page = b"/MediaBox [0 0 400 150] /Contents 4 0 R /Resources << /XObject << /X 6 0 R >> >>"
    return pdf(page, extra=(stream(b"/X Do"), stream(table + rows + b"endbfchar endcmap"), form))


def square_font(letters: str, height: int, code_pages: int = 0) -> bytes:
    """A TrueType font in which every letter is a black box of 800 by ``height`` thousandths."""
    names = [".notdef", *(f"u{ord(letter):04X}" for letter in letters)]
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, height), (900, height), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    box, nothing = pen.glyph(), TTGlyphPen(None).glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(map(ord, letters), names[1:], strict=True)))
    builder.setupGlyf({name: box if number else nothing for number, name in enumerate(names)})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": f"Squares {height}", "styleName": "Regular"})
    builder.setupOS2(ulCodePageRange1=code_pages, ulCodePageRange2=0, version=4)
    builder.setupPost()
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def _font(encoding: str, ordering: str, refers: bytes = b"", embedded: bytes = b"") -> bytes:
    about = b"/CIDSystemInfo << /Registry (Adobe) /Ordering (%s) /Supplement 0 >>" % ordering.encode()
    described = b"<< /Type /FontDescriptor /FontName /Absent /Flags 4 " + MEASURES + b" " + embedded + b" >>"
    inner = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Absent /DW 1000 /CIDToGIDMap /Identity "
    inner += about + b" /FontDescriptor " + described + b" >>"
    outer = b"<< /Type /Font /Subtype /Type0 /BaseFont /Absent /Encoding /%s " % encoding.encode()
    return outer + refers + b" /DescendantFonts [" + inner + b"] >>"


def _content(codes: bytes, mode: int = 0) -> bytes:
    return b"BT %d Tr /F 40 Tf 20 50 Td <%s> Tj ET" % (mode, codes.hex().encode())


def _page(font: bytes, codes: bytes, mode: int = 0, more: bytes = b"", extra: tuple[bytes, ...] = ()) -> bytes:
    latin = b"/L << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    page = b"/MediaBox [0 0 400 150] /Contents 4 0 R /Resources << /Font << /F " + font + latin + b" >> >>"
    return pdf(page, extra=(stream(_content(codes, mode) + more), *extra))
