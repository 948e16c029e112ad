"""The contract's two composed pictures: the page beside its texts, and the steps of the document preprocessor."""

import random
from collections.abc import Iterator

import cv2
import numpy as np

from models.document import Image, Page, PageResult
from server.export.drawing.line_drawing import Colour, Corners, draw_line, side_lengths
from server.export.drawing.pictures import Size, limited_size, reduced, reduction, resized
from server.export.drawing.text_drawing import WHITE, TextBrush

_SEED = 0
_CAPTION_BAND = 25
_CAPTION_SIZE = 16
_CAPTION_LEFT = 10
_CAPTION_BASELINE = 18


def draw_ocr_image(result: PageResult, limit: tuple[int, int] | None = None) -> Image:
    """Draw the page with coloured text regions, and beside it only the texts, each in its region.

    Args:
        result: of the page. If word boxes were requested, words are drawn instead of lines.
        limit: largest width and height, to which the picture is scaled down; None keeps its size.

    Returns:
        uint8 (H, 2W, 3), or its `limited_size`. The same result always gives the same picture, because the seed of the
        random colours is fixed.
    """
    height, width = result.preprocessed.image.shape[:2]
    size = Size(2 * width, height)
    divisor = reduction(size, limit)
    page = reduced(result.preprocessed.image, divisor)
    marked, texts, brush = page.copy(), np.full_like(page, WHITE), TextBrush()
    for corners, text, colour in _coloured(result):
        scaled = np.asarray(corners / divisor, np.float32)
        cv2.fillPoly(marked, [scaled.astype(np.int32)], colour)
        draw_line(texts, brush, scaled, text, colour)
    blended = cv2.addWeighted(page, 0.5, marked, 0.5, 0)
    return resized(np.hstack((np.asarray(blended, np.uint8), texts)), limited_size(size, limit))


def draw_preprocessing_image(page: Page, result: PageResult, limit: tuple[int, int] | None = None) -> Image:
    """Put the original, the rotated and the unwarped page side by side, each above a caption.

    Args:
        page: the input page.
        result: of the page, with preprocessing.
        limit: as for `draw_ocr_image`.

    Returns:
        uint8 (tallest + 25, sum of widths, 3), or its `limited_size`.
    """
    options, done = result.options, result.preprocessed
    rotated = page.image if done.rotated is None else done.rotated
    images = (page.image, rotated, done.image)
    captions = (
        "Original Image",
        f"Rotated Image ({options.use_doc_orientation_classify}, {done.angle})",
        f"Unwarping Image ({options.use_doc_unwarping})",
    )
    size = Size(sum(image.shape[1] for image in images), max(image.shape[0] for image in images) + _CAPTION_BAND)
    divisor = reduction(size, limit)
    canvas = _side_by_side(tuple(reduced(image, divisor) for image in images), captions, divisor)
    return resized(canvas, limited_size(size, limit))


def _coloured(result: PageResult) -> Iterator[tuple[Corners, str, Colour]]:
    """Give each drawn region with its text and colour. The sequence of colours is the contract's."""
    numbers = random.Random(_SEED)  # noqa: S311 - colours, not secrets
    for corners, text in _regions(result):
        red, green, blue = (numbers.randint(0, 255) for _ in range(3))
        yield corners, text, (blue, green, red)


def _regions(result: PageResult) -> Iterator[tuple[Corners, str]]:
    for line in result.lines:
        if not result.options.return_word_box:
            yield line.quad.astype(np.float32), line.text
            continue
        for word in line.words:
            left, top, right, bottom = word.box
            corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
            if 0 not in side_lengths(corners):
                yield corners, word.text


def _side_by_side(images: tuple[Image, ...], captions: tuple[str, ...], divisor: int) -> Image:
    tallest = max(image.shape[0] for image in images)
    band = max(1, _CAPTION_BAND // divisor)
    canvas = np.full((tallest + band, sum(image.shape[1] for image in images), 3), WHITE, np.uint8)
    brush, left = TextBrush(), 0
    for image, caption in zip(images, captions, strict=True):
        height, width = image.shape[:2]
        canvas[:height, left : left + width] = image
        _write_caption(canvas[tallest:, left : left + width], brush, caption, divisor)
        left += width
    return canvas


def _write_caption(band: Image, brush: TextBrush, caption: str, divisor: int) -> None:
    """Write a caption into the band of its column: smaller in a narrow column, and not at all in a tiny one."""
    size, inset = _CAPTION_SIZE // divisor, _CAPTION_LEFT // divisor
    room = band.shape[1] - inset
    length = brush.length(caption, size) if size > 0 else 0
    if length > room:
        size = int(size * room / length)
    if size < 1:
        return
    brush.put(band, caption, inset, _CAPTION_BASELINE // divisor, size)
