"""What a page costs: the measure by which a server admits work."""

from models.ops.resize import detection_shape
from models.options import OcrOptions


def detection_pixels(width: int, height: int, options: OcrOptions) -> int:
    """Pixels that the detector sees for a page of this size, which is where most of a page's time and memory goes.

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
    return rows * columns
