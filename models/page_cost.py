"""The cost of a page, by which a server admits work."""

from models.ops.resize import detection_shape
from models.options import OcrOptions


def page_cost(width: int, height: int, options: OcrOptions) -> int:
    """The number of pixels that a page keeps in memory: its own, or the detector's if they are more.

    Args:
        width: of the page, in pixels.
        height: of the page, in pixels.
        options: effective options.
    """
    rows, columns = detection_shape(
        height,
        width,
        options.text_det_limit_side_len,
        options.text_det_limit_type,
        options.text_det_max_side_limit,
    )
    return max(rows * columns, width * height)
