"""The size of a page and its limits. This is arithmetic that is done before anything is decoded."""

import math

from server.errors import PixelLimitExceeded

BISECTIONS = 32
"""PaddleX's number of steps; fewer or more would render a different size."""


def check_pixels(width: int, height: int, max_pixels: int, page: int | None = None) -> None:
    """Refuse an image that is over the pixel cap.

    Args:
        width: pixels.
        height: pixels.
        max_pixels: the cap on their product.
        page: 1-based page number for the message; None for an image.

    Raises:
        PixelLimitExceeded: the image is over the cap. The wording is the contract's.
    """
    if width * height > max_pixels:
        prefix = "" if page is None else f"Page {page}: "
        raise PixelLimitExceeded(
            f"{prefix}Image pixel count {width * height} (width={width}, height={height}) "
            f"exceeds maximum allowed {max_pixels}."
        )


def rendered_size(points: tuple[float, float], scale: float) -> tuple[int, int]:
    """Width and height in pixels of a page of ``points`` (1/72 inch) at ``scale`` pixels per point, rounded up."""
    return math.ceil(points[0] * scale), math.ceil(points[1] * scale)


def side_scale(points: tuple[float, float], scale: float, max_side: int | None) -> float:
    """The wanted scale of a PDF page: ``scale``, or a smaller one at which no side is over ``max_side`` pixels."""
    if max_side is None:
        return scale
    # Half a pixel less, because sizes are rounded up.
    return min(scale, (max_side - 0.5) / max(points))


def fitting_scale(points: tuple[float, float], page: int, scale: float, min_scale: float, max_pixels: int) -> float:
    """The scale for rendering a PDF page: ``scale``, or the largest one that keeps it within the pixel cap.

    Args:
        points: width and height in points, both greater than 0.
        page: 1-based page number for the message.
        scale: the wanted pixels per point.
        min_scale: the fewest pixels per point. A page that would need fewer is refused.
        max_pixels: the cap on width times height.

    Raises:
        PixelLimitExceeded: the page is too large even at ``min_scale``. The wording is the contract's.
    """
    if math.prod(rendered_size(points, scale)) <= max_pixels:
        return scale
    width, height = rendered_size(points, min_scale)
    if width * height > max_pixels:
        raise PixelLimitExceeded(
            f"Page {page}: Estimated render size width={width}, height={height} (pixel count {width * height}) "
            f"at minimum PDF render scale {min_scale} would exceed maximum allowed {max_pixels}."
        )
    low, high = min_scale, min(scale, math.sqrt(max_pixels / (points[0] * points[1])))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if math.prod(rendered_size(points, middle)) <= max_pixels:
            low = middle
        else:
            high = middle
    return low
