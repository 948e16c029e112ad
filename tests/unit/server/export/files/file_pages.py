"""Pages for the writers of result files: a picture with marks where the lines are, so that places can be compared."""

import math

import cv2
import numpy as np

from models.document import Image, Quad, TextLine
from models.layout.document import Block, PageLayout
from server.export.files.file_page import FilePage, PagePicture
from server.export.files.paper import paper_colours
from server.export.files.picture_encoding import encoded
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.export.results import quad

POINTS_PER_PIXEL = 0.5
IMAGE_SOURCE = RawFile(b"", FileKind.IMAGE)


def text_line(text: str, left: int, top: int, right: int, bottom: int) -> TextLine:
    return TextLine(text, 0.9, quad(left, top, right, bottom).astype(np.int32))


def turned_line(text: str, centre: tuple[int, int], size: tuple[int, int], degrees: float) -> TextLine:
    """A line turned clockwise by an angle."""
    along = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
    across = np.array([-along[1], along[0]])
    corners = [
        np.array(centre) + sign_x * size[0] / 2 * along + sign_y * size[1] / 2 * across
        for sign_x, sign_y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    corners_of: Quad = np.rint(corners).astype(np.int32)
    return TextLine(text, 0.9, corners_of)


def marked(width: int, height: int, lines: tuple[TextLine, ...]) -> Image:
    image = np.full((height, width, 3), 255, np.uint8)
    for line in lines:
        cv2.polylines(image, [line.quad], isClosed=True, color=(0, 0, 160), thickness=2)
    return image


def pictures_of(image: Image) -> tuple[PagePicture, ...]:
    """A picture as every format shows it."""
    return encoded(image, ("jpeg", "png"))


def file_page(
    *lines: TextLine, width: int = 800, height: int = 1000, blocks: tuple[Block, ...] | None = None
) -> FilePage:
    image = marked(width, height, lines)
    return FilePage(
        pictures=pictures_of(image),
        width=width,
        height=height,
        points=(width * POINTS_PER_PIXEL, height * POINTS_PER_PIXEL),
        lines=lines,
        layout=None if blocks is None else PageLayout(blocks),
        paper_colours=paper_colours(image, lines),
    )


def block(kind: str, *lines: int, **more: object) -> Block:
    return Block(kind, (0, 0, 1, 1), lines, **more)  # type: ignore[arg-type]
