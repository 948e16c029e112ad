"""Makes polygons of what files say."""

from benchmarks.compare.model import Polygon


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    """The four corners of an upright box, clockwise from the top left."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def corners(numbers: list[float]) -> Polygon:
    """Corners of x, y, x, y and so on."""
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))
