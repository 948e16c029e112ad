"""Finds out what the text objects of a PDF page really draw. Runs in a worker only.

The page is drawn twice at a small scale: once as it is, and once with all its text made invisible. Where the two
differ, one sees text. So it does not matter why text is hidden: by its mode, its colour, a clip, a picture over it,
the page's edge or a font without outlines.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from server.decode.formats.pdf_characters import Floats

raw = pdfium.raw
Gray = NDArray[np.uint8]

MOST_OBJECTS = 50_000
"""Objects of a page that are looked at. A page of small print has a thousand."""
MOST_LEVELS = 8
MOST_PIXELS = 1_500_000
"""Pixels of the small pictures. A4 has half a million at one pixel for each point."""
LEAST_DIFFERENCE = 20
"""Grey levels from which on two pixels differ."""
MOST_UNCOVERED = 0.01
"""Share of the text's pixels that may lie outside of the glyphs' boxes. Sound pages have less than 0.0007."""
PLAIN_CONTRAST = 40
"""Grey levels: a picture or drawing with less contrast shows no text."""
DRAWING_POINTS = 5.0
"""Points: a drawing that is lower or narrower is a rule or a dot and not text, unless there are many."""
MANY_SMALL = 12
FRAME_SEGMENTS = 5
"""A path with at most so many straight segments is a rule or a box."""
NO_TEXT_ANNOTATIONS = frozenset(
    {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE}
)


class TooManyObjects(Exception):
    """The page has more objects than any page that people write."""


@dataclass(frozen=True, slots=True)
class Ink:
    """The pictures of a page.

    Attributes:
        scale: their pixels per pixel of the rendered page.
        text: (H, W) 1 where text is seen, else 0.
        rest: (H, W) grey picture of everything but text.
        sums: (H + 1, W + 1) of the pixels of ``text`` above and left of each corner.
    """

    scale: float
    text: NDArray[np.uint8]
    rest: Gray
    sums: NDArray[np.int32]

    def counts(self, boxes: Floats, more: float = 0.5) -> NDArray[np.int64]:
        """The pixels of text in each box of (N, 4) left, top, right, bottom in pixels of the rendered page.

        Args:
            boxes: of the rendered page.
            more: pixels of the small pictures by which each box is made larger on all sides.
        """
        left, top, right, bottom = self._whole(boxes, more).T
        sums = self.sums
        found = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return np.where((right > left) & (bottom > top), found, 0).astype(np.int64)

    def outside(self, boxes: Floats) -> int:
        """The pixels of text that are in none of the boxes."""
        left = self.text.copy()
        for x0, y0, x1, y1 in self._whole(boxes, more=1.5).tolist():
            left[y0:y1, x0:x1] = 0
        return int(np.count_nonzero(left))

    def shows_something(self, boxes: Floats) -> bool:
        """Whether anything but text is to be seen in one of the boxes."""
        for x0, y0, x1, y1 in self._whole(boxes, more=-1.5).tolist():
            part = self.rest[y0:y1, x0:x1]
            if part.size and int(part.max()) - int(part.min()) >= PLAIN_CONTRAST:
                return True
        return False

    def _whole(self, boxes: Floats, more: float = 0.5) -> NDArray[np.int64]:
        """Boxes in whole pixels of the small pictures, a little larger, and cut at the edges."""
        height, width = self.text.shape
        low = np.floor(boxes[:, :2] * self.scale - more)
        high = np.ceil(boxes[:, 2:] * self.scale + more)
        cut = np.clip(np.hstack((low, high)), 0, [width, height, width, height])
        return np.asarray(cut, np.int64)


class PageObject(NamedTuple):
    """An object, its kind, and the object of the page itself that holds it: the outermost form, or itself."""

    handle: Any
    kind: int
    outermost: Any


def page_objects(page: Any) -> list[PageObject]:
    """All objects of a page, also those in forms.

    Raises:
        TooManyObjects: there are more than `MOST_OBJECTS`.
    """
    found: list[PageObject] = []
    for each in _walk(page, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, 0, None):
        found.append(each)
        if len(found) > MOST_OBJECTS:
            raise TooManyObjects
    return found


def _walk(parent: Any, count: Any, get: Any, level: int, outermost: Any) -> Iterator[PageObject]:
    for index in range(count(parent)):
        child = get(parent, index)
        if child:
            kind, outer = raw.FPDFPageObj_GetType(child), outermost or child
            yield PageObject(child, kind, outer)
            if level < MOST_LEVELS and kind == raw.FPDF_PAGEOBJ_FORM:
                yield from _walk(child, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, level + 1, outer)


def draw_ink(page: pdfium.PdfPage, objects: list[PageObject], size: tuple[int, int], scale: float) -> Ink:
    """Draw the two pictures of a page. Afterwards the page has no visible text, so it must not be drawn again.

    Args:
        page: as it is.
        objects: all its objects.
        size: width and height in pixels of the rendered page.
        scale: of the rendered page, in pixels per point.
    """
    small = min(1.0, scale, (MOST_PIXELS / (size[0] * size[1])) ** 0.5 * scale)
    whole = _grey(page, small)
    for each in objects:
        if each.kind == raw.FPDF_PAGEOBJ_TEXT:
            raw.FPDFTextObj_SetTextRenderMode(each.handle, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    rest = _grey(page, small)
    _, text = cv2.threshold(cv2.absdiff(whole, rest), LEAST_DIFFERENCE - 1, 1, cv2.THRESH_BINARY)
    seen = np.asarray(text, np.uint8)
    return Ink(small / scale, seen, rest, np.asarray(cv2.integral(seen), np.int32))


def _grey(page: pdfium.PdfPage, scale: float) -> Gray:
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        return np.array(bitmap.to_numpy(), np.uint8).reshape(bitmap.height, bitmap.width)
    finally:
        bitmap.close()


def pictures_on(page: Any, objects: list[PageObject]) -> Floats:
    """(N, 4) left, bottom, right, top in user space of pictures, drawings and annotations that may hold text."""
    boxes: list[tuple[float, float, float, float]] = []
    small: list[tuple[float, float, float, float]] = []
    for each in objects:
        if each.kind not in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH):
            continue
        if each.kind == raw.FPDF_PAGEOBJ_PATH and _is_plain(each.handle):
            continue
        box = _bounds(each.outermost)  # the bounds of what is in a form are not those on the page
        if box is not None:
            is_small = min(box[2] - box[0], box[3] - box[1]) < DRAWING_POINTS
            (small if is_small else boxes).append(box)
    boxes += small if len(small) >= MANY_SMALL else []
    boxes += _annotations(page)
    return np.array(boxes, np.float64).reshape(-1, 4)


def _is_plain(path: Any) -> bool:
    """Whether a path is made of a few straight lines, as rules, boxes and arrows are."""
    count = raw.FPDFPath_CountSegments(path)
    if count > FRAME_SEGMENTS:
        return False
    segments = (raw.FPDFPath_GetPathSegment(path, index) for index in range(count))
    return all(raw.FPDFPathSegment_GetType(each) != raw.FPDF_SEGMENT_BEZIERTO for each in segments)


def _bounds(page_object: Any) -> tuple[float, float, float, float] | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(page_object, *map(ctypes.byref, (left, bottom, right, top))):
        return None
    return left.value, bottom.value, right.value, top.value


def _annotations(page: Any) -> Iterator[tuple[float, float, float, float]]:
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_OBJECTS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            rectangle = raw.FS_RECTF()
            if raw.FPDFAnnot_GetSubtype(annotation) not in NO_TEXT_ANNOTATIONS and raw.FPDFAnnot_GetRect(
                annotation, ctypes.byref(rectangle)
            ):
                yield rectangle.left, rectangle.bottom, rectangle.right, rectangle.top
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
