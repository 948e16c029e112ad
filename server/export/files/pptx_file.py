"""PowerPoint presentations: one slide for each page, with its picture behind editable text boxes, one for each line.

A box is filled with the page's colour around the line. So the text on the picture is not seen twice.
"""

import io
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.util import Emu, Pt

from server.decode.formats.exif import swaps_sides
from server.export.files.file_page import Colour, FilePage, PagePicture
from server.export.files.text_layer import is_wide, placed
from server.export.line_box import LineBox, Point
from server.intake.raw_file import RawFile

EMU_PER_POINT = 12_700
MIN_SIDE_POINTS, MAX_SIDE_POINTS = 72.0, 4032.0
"""1 and 56 inches: the smallest and largest side of a PowerPoint slide."""
BLANK_LAYOUT = 6
FONT_SHARE = 0.75
"""The font size as a share of the height of a line's box, which includes ascenders and descenders."""
NARROW_EM = 0.5
MIN_FONT, MAX_FONT = 1.0, 4000.0
DARK = 128
TURNS = {
    1: (0.0, False), 2: (0.0, True), 3: (180.0, False), 4: (180.0, True),
    5: (270.0, True), 6: (90.0, False), 7: (90.0, True), 8: (270.0, False),
}  # fmt: skip
"""The degrees clockwise, and whether left and right are exchanged before, that make stored pixels upright, by EXIF
orientation."""
BLACK, WHITE = RGBColor(0, 0, 0), RGBColor(255, 255, 255)  # type: ignore[no-untyped-call]


def write_pptx(pages: Sequence[FilePage], _source: RawFile) -> bytes:
    """Make a presentation. Its slides have the shape of the first page, and other pages are fitted into them."""
    show = Presentation()
    show.core_properties.author = show.core_properties.title = ""
    width, height = _slide_size(pages[0].points if pages else (960.0, 540.0))
    show.slide_width, show.slide_height = Emu(round(width * EMU_PER_POINT)), Emu(round(height * EMU_PER_POINT))
    for page in pages:
        slide = show.slides.add_slide(show.slide_layouts[BLANK_LAYOUT])
        slide.shapes.turbo_add_enabled = True
        _fill(slide.shapes, page, _Fit(page, width, height))
    buffer = io.BytesIO()
    show.save(buffer)
    return buffer.getvalue()


class _Fit:
    """Maps pixels of a page's picture to points of a slide in which the picture is centred."""

    def __init__(self, page: FilePage, width: float, height: float) -> None:
        scale = min(width / page.points[0], height / page.points[1])
        across, down = page.points[0] * scale, page.points[1] * scale
        self._origin = (width - across) / 2, (height - down) / 2
        self._across, self._down = across / page.width, down / page.height

    def box(self, box: LineBox) -> LineBox:
        """A line's box on the slide. Pixels need not be square, so its sides and its angle change too."""
        start, end, top = (self.point(point) for point in (box.start, box.end, box.top))
        return LineBox(start, end, top)

    def point(self, point: Point) -> Point:
        """A pixel's upper left corner on the slide."""
        return self._origin[0] + point[0] * self._across, self._origin[1] + point[1] * self._down


def _emu(points: float) -> Emu:
    return Emu(round(points * EMU_PER_POINT))


def _fill(shapes: Any, page: FilePage, fit: _Fit) -> None:
    for picture in page.pictures:
        _add_picture(shapes, picture, fit)
    for text, colour in zip(placed(page.lines), page.paper_colours, strict=True):
        _add_text(shapes, text.text, fit.box(text.box), colour)


def _add_picture(shapes: Any, picture: PagePicture, fit: _Fit) -> None:
    """Add a picture at its place. A shape is mirrored first, then turned around its centre."""
    (left, top), (across, down) = picture.corner, picture.shown_size
    x, y = (int(_emu(side)) for side in fit.point((left, top)))
    right, bottom = (int(_emu(side)) for side in fit.point((left + across, top + down)))
    width, height = right - x, bottom - y
    if swaps_sides(picture.orientation):
        x, y, width, height = x + (width - height) // 2, y + (height - width) // 2, height, width
    shape = shapes.add_picture(io.BytesIO(picture.data), Emu(x), Emu(y), Emu(width), Emu(height))
    turn, mirrored = TURNS[picture.orientation]
    shape.rotation = turn
    if mirrored:
        shape.element.spPr.get_or_add_xfrm().set("flipH", "1")


def _add_text(shapes: Any, text: str, box: LineBox, colour: Colour) -> None:
    left, top = box.centre[0] - box.length / 2, box.centre[1] - box.height / 2
    shape = shapes.add_textbox(_emu(left), _emu(top), _emu(box.length), _emu(box.height))
    shape.rotation = box.angle if abs(box.angle) >= 1 else 0.0
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor(*colour)  # type: ignore[no-untyped-call]
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = False, MSO_AUTO_SIZE.NONE, MSO_ANCHOR.MIDDLE
    run = frame.paragraphs[0].add_run()
    run.text = text
    run.font.size = Pt(_font_size(text, box))
    run.font.color.rgb = WHITE if sum(colour) < 3 * DARK else BLACK


def _font_size(text: str, box: LineBox) -> float:
    """The font size in points: it fits the box's height, or is smaller if the text would be longer than the box."""
    ems = sum(1.0 if is_wide(character) else NARROW_EM for character in text)
    return max(MIN_FONT, min(MAX_FONT, box.height * FONT_SHARE, box.length / ems))


def _slide_size(points: tuple[float, float]) -> tuple[float, float]:
    """The page's size, scaled to the limits of PowerPoint."""
    factor = max(1.0, MIN_SIDE_POINTS / min(points))
    factor *= min(1.0, MAX_SIDE_POINTS / (max(points) * factor))
    width, height = points[0] * factor, points[1] * factor
    return max(MIN_SIDE_POINTS, width), max(MIN_SIDE_POINTS, height)
