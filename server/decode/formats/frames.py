"""Reads TIFF and GIF frames with Pillow. Runs in a worker only."""

import io
from collections.abc import Callable

# These imports register the two formats. Without them Pillow would import all its plug-ins.
from PIL import GifImagePlugin, Image, TiffImagePlugin  # noqa: F401

from server.decode.formats.exif import ORIENTATION_TAG, swaps_sides
from server.decode.formats.pillow import open_image
from server.decode.formats.readers import BYTES_PER_PIXEL, PageNote, Unreadable, map_page, read_whole
from server.decode.formats.resolution import UNIT_TAG, X_TAG, Y_TAG, Resolution, tag_resolution

BAND_ROWS = 256
"""Rows that are converted and copied at a time. So a large frame is never in memory twice."""


class FrameFile:
    """An open TIFF or GIF. Orientation tags are applied, alpha is dropped, and every mode becomes 8-bit colour.

    Attributes:
        total: the number of frames.
    """

    def __init__(self, descriptor: int, kind: str) -> None:
        # This is a copy, because all workers with the same open file share the position of the descriptor.
        self._file = io.BytesIO(read_whole(descriptor))
        self._image = open_image(self._file, (kind,))
        self.total = int(getattr(self._image, "n_frames", 1))

    def sizes(self, count: int) -> tuple[tuple[float, float], ...]:
        """The width and height in pixels of the first ``count`` frames, from their headers."""
        return tuple(self._size(index) for index in range(count))

    def resolutions(self, count: int) -> tuple[Resolution | None, ...]:
        """The dots per inch along x and y of the first ``count`` frames, upright; None where the file says none."""
        return tuple(self._resolution(index) for index in range(count))

    def draw(self, index: int, size: tuple[int, int], _scale: float, target: int) -> tuple[PageNote, ...]:
        """Decode one frame into the target, band by band."""
        if self._size(index) != size:
            raise Unreadable
        self._image.load()
        if self._image.size != size:
            raise Unreadable
        width, height = size
        colours = self._colours()
        mapping = map_page(target)
        for top in range(0, height, BAND_ROWS):
            bottom = min(top + BAND_ROWS, height)
            first, last = top * width * BYTES_PER_PIXEL, bottom * width * BYTES_PER_PIXEL
            mapping[first:last] = colours(top, bottom)
        return ()

    def _colours(self) -> Callable[[int, int], bytes]:
        """Convert rows of the loaded frame, from a first one up to an end, to packed BGR."""
        return lambda top, bottom: self._rows(top, bottom, "RGB").tobytes("raw", "BGR")

    def _rows(self, top: int, bottom: int, mode: str) -> Image.Image:
        rows = self._image.crop((0, top, self._image.width, bottom))
        if rows.mode == "La":  # Pillow converts grey with premultiplied alpha to this mode only.
            rows = rows.convert("LA")
        return rows.convert(mode)

    def close(self) -> None:
        """Close the file."""
        self._image.close()
        self._file.close()

    def _resolution(self, index: int) -> Resolution | None:
        # Not Pillow's own numbers: a frame that has none would get those of the frame before it.
        self._image.seek(index)
        tags = getattr(self._image, "tag_v2", {})
        dots = tag_resolution(tags.get(X_TAG), tags.get(Y_TAG), tags.get(UNIT_TAG))
        orientation = tags.get(ORIENTATION_TAG)
        turned = isinstance(orientation, int) and swaps_sides(orientation)
        return (dots[1], dots[0]) if dots and turned else dots

    def _size(self, index: int) -> tuple[int, int]:
        self._image.seek(index)
        return self._image.size
