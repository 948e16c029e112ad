"""Writes `server/export/files/blank.ttf`, the font of the invisible text of a searchable PDF: three empty glyphs.

Run as ``python -m tests.unit.server.export.files.make_blank_font``.
"""

import io
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph

UNITS_PER_EM = 1000
ASCENT, DESCENT = 800, -200
ADVANCES = {".notdef": 500, "narrow": 500, "wide": 1000}
FILE = Path(__file__).parents[5] / "server" / "export" / "files" / "blank.ttf"


def _hairline(advance: int) -> Glyph:
    """An outline without area, so that readers know the box of a character."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((advance, ASCENT))
    pen.closePath()
    return pen.glyph()


def blank_font() -> bytes:
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder(list(ADVANCES))
    builder.setupCharacterMap({})
    builder.setupGlyf({name: _hairline(advance) for name, advance in ADVANCES.items()})
    builder.setupHorizontalMetrics({name: (advance, 0) for name, advance in ADVANCES.items()})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupNameTable({"familyName": "Blank", "styleName": "Regular", "psName": "Blank"}, mac=False)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    buffer = io.BytesIO()
    builder.save(buffer)
    return buffer.getvalue()


if __name__ == "__main__":
    FILE.write_bytes(blank_font())
