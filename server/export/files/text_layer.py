"""Invisible text for a PDF page: the operators of its content stream, and the font of all text in a document.

The outlines of the font enclose no area. Every character of the document gets its own two-byte code, and the ToUnicode
map gives the character of each code. So text of any script can be copied from the file, without a real font in it.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from models.document import TextLine
from server.export.line_box import LineBox, Point, line_box
from server.export.text import clean_text

FONT_FILE = Path(__file__).with_name("blank.ttf")
ASCENT, DESCENT = 800, -200
NARROW_UNITS, WIDE_UNITS, EM_UNITS = 500, 1000, 1000
NARROW_GLYPH, WIDE_GLYPH = b"\0\1", b"\0\2"
FIRST_NARROW, FIRST_WIDE, CODES = 1, 0x8000, 0x10000
MAX_MAPPINGS = 100
"""The greatest number of entries in one bfchar block (Adobe Technical Note 5014, section 4)."""
MIN_SIDE = 1e-3
GAP, FAR = 0.45, 1.5
"""The gap between lines of a block, in heights of a line: the largest that is left, and the largest that is made less.
pdfminer's own limit (``line_margin``) is 0.5."""

Matrix = tuple[float, float, float, float, float, float]
"""The numbers a b c d e f of PDF 1.7, 8.3.3. They map (x, y) to (a x + c y + e, b x + d y + f)."""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """The cleaned text of one line, and its box in pixels of the page's picture."""

    text: str
    box: LineBox


@dataclass(frozen=True, slots=True)
class PageText:
    """The texts of a page, and the size in pixels of the picture that they were read from."""

    width: int
    height: int
    texts: tuple[PlacedText, ...]


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The text that a PDF gets.

    Attributes:
        pages: the texts of its first pages, in order.
        keep_active_content: whether it keeps its scripts, actions and attached files.
    """

    pages: tuple[PageText, ...]
    keep_active_content: bool = False


def placed(lines: Iterable[TextLine]) -> tuple[PlacedText, ...]:
    """The cleaned lines that have text."""
    cleaned = ((clean_text(line.text), line) for line in lines)
    return tuple(PlacedText(text, line_box(line)) for text, line in cleaned if text)


def placed_blocks(blocks: Iterable[Sequence[TextLine]]) -> tuple[PlacedText, ...]:
    """The cleaned lines that have text, block by block.

    pdfminer takes lines for one paragraph if the gap between them is at most half of a line's height, and reads columns
    row by row if it is larger. So the box of a line reaches up to the line above it in its block far enough for that.
    """
    return tuple(text for block in blocks for text in _connected(placed(block)))


def _connected(texts: Sequence[PlacedText]) -> Iterator[PlacedText]:
    yield from texts[:1]
    for above, text in pairwise(texts):
        yield replace(text, box=_reaching(text.box, above.box))


def _reaching(box: LineBox, above: LineBox) -> LineBox:
    """A line's box that leaves a gap of at most `GAP` of its height to the line above it, where that is near."""
    height = box.height
    if height < MIN_SIDE:
        return box
    up = (box.top[0] - box.start[0]) / height, (box.top[1] - box.start[1]) / height
    gap = (above.start[0] - box.top[0]) * up[0] + (above.start[1] - box.top[1]) * up[1]
    more = (gap - GAP * height) / (1 + GAP)
    if more <= 0 or gap > FAR * height:
        return box
    return replace(box, top=(box.top[0] + more * up[0], box.top[1] + more * up[1]))


class CharacterCodes:
    """Gives a code to each different character: narrow ones get the lower half of the range, wide ones the upper."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._next = {False: FIRST_NARROW, True: FIRST_WIDE}

    def encode(self, text: str) -> bytes:
        """Encode a text with two bytes for each character."""
        return b"".join(self._code(character).to_bytes(2, "big") for character in text)

    def mappings(self) -> tuple[tuple[int, str], ...]:
        """All codes in use, with their characters."""
        return tuple((code, character) for character, code in self._codes.items())

    def _code(self, character: str) -> int:
        if character not in self._codes:
            wide = is_wide(character)
            self._codes[character] = self._next[wide]
            self._next[wide] += 1
        return self._codes[character]


def is_wide(character: str) -> bool:
    """Whether a character is about as wide as it is high (UAX 11, East Asian Width)."""
    return unicodedata.east_asian_width(character) in "WF"


def text_operators(texts: Sequence[PlacedText], matrix: Matrix, font: str, codes: CharacterCodes) -> bytes:
    """Write a page's invisible text (rendering mode 3), each line stretched to exactly its box.

    Args:
        texts: in reading order.
        matrix: maps pixels of the picture to the page's user space.
        font: the resource name, with its slash.
        codes: shared by all pages of the file.
    """
    return b"q\n%s\nQ\n" % b"\n".join(_line(text, matrix, font, codes) for text in texts)


def _line(placed_text: PlacedText, matrix: Matrix, font: str, codes: CharacterCodes) -> bytes:
    box, text = placed_text.box, placed_text.text
    start, end, top = (transformed(matrix, point) for point in (box.start, box.end, box.top))
    length, height = max(MIN_SIDE, math.dist(start, end)), max(MIN_SIDE, math.dist(start, top))
    along = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    up = (top[0] - start[0]) / height, (top[1] - start[1]) / height
    # The font's descent is the distance between the box's lower edge and the baseline.
    drop = -DESCENT / EM_UNITS * height
    natural = sum(WIDE_UNITS if is_wide(character) else NARROW_UNITS for character in text) / EM_UNITS * height
    numbers = (*along, *up, start[0] + drop * up[0], start[1] + drop * up[1])
    frame = " ".join(_number(number) for number in numbers)
    head = f"BT 3 Tr {font} {_number(height)} Tf {_number(100 * length / natural)} Tz {frame} Tm"
    return f"{head} <{codes.encode(text).hex()}> Tj ET".encode("ascii")


def transformed(matrix: Matrix, point: Point) -> Point:
    """Map a point by a matrix."""
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f


def _number(value: float) -> str:
    """Write a number without an exponent, which PDF does not allow."""
    return f"{value:.4f}"


def add_font(pdf: pikepdf.Pdf, codes: CharacterCodes) -> pikepdf.Object:
    """Add the font to a file. All text of the file must have been encoded before.

    Returns:
        The font dictionary (PDF 1.7, 9.7), an indirect object.
    """
    file = FONT_FILE.read_bytes()
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name.Blank,
        Flags=4,
        FontBBox=Array([0, DESCENT, WIDE_UNITS, ASCENT]),
        ItalicAngle=0,
        Ascent=ASCENT,
        Descent=DESCENT,
        CapHeight=ASCENT,
        StemV=80,
        FontFile2=pdf.make_stream(file, Length1=len(file)),
    )
    glyphs = NARROW_GLYPH * FIRST_WIDE + WIDE_GLYPH * (CODES - FIRST_WIDE)
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.Blank,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=NARROW_UNITS,
        W=Array([FIRST_WIDE, CODES - 1, WIDE_UNITS]),
        CIDToGIDMap=pdf.make_stream(glyphs),
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.Blank,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_stream(_to_unicode(codes.mappings())),
    )
    return pdf.make_indirect(font)


def _to_unicode(mappings: Sequence[tuple[int, str]]) -> bytes:
    """The map from codes to Unicode (PDF 1.7, 9.10.3)."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for first in range(0, len(mappings), MAX_MAPPINGS):
        block = mappings[first : first + MAX_MAPPINGS]
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>" for code, character in block]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")
