"""TIFF and GIF frames by Pillow. Runs in a worker only."""

import io

# Registers the two formats; Pillow would import all its plug-ins to find them.
from PIL import GifImagePlugin, Image, TiffImagePlugin  # noqa: F401

from server.decode.formats.pillow import open_image
from server.decode.formats.readers import BYTES_PER_PIXEL, Unreadable, map_page, read_whole

BAND_ROWS = 256
"""Rows converted and copied at once: a large frame is never held a second time."""


class FrameFile:
    """An open TIFF or GIF. Orientation tags are applied; alpha is dropped; every mode becomes 8-bit colour."""

    def __init__(self, descriptor: int, kind: str) -> None:
        # A copy, because the descriptor's position is shared with every other worker that has the same file open.
        self._file = io.BytesIO(read_whole(descriptor))
        self._image = open_image(self._file, (kind,))
        self.total = int(getattr(self._image, "n_frames", 1))

    def sizes(self, count: int) -> tuple[tuple[float, float], ...]:
        """Width and height in pixels of the first ``count`` frames, as their headers say."""
        return tuple(self._size(index) for index in range(count))

    def draw(self, index: int, size: tuple[int, int], _scale: float, target: int) -> None:
        """Decode one frame into the target, band by band."""
        if self._size(index) != size:
            raise Unreadable
        self._image.load()
        if self._image.size != size:
            raise Unreadable
        width, height = size
        mapping = map_page(target)
        for top in range(0, height, BAND_ROWS):
            bottom = min(top + BAND_ROWS, height)
            first, last = top * width * BYTES_PER_PIXEL, bottom * width * BYTES_PER_PIXEL
            mapping[first:last] = self._band(top, bottom).tobytes("raw", "BGR")

    def _band(self, top: int, bottom: int) -> Image.Image:
        return self._image.crop((0, top, self._image.width, bottom)).convert("RGB")

    def close(self) -> None:
        """Close the file."""
        self._image.close()
        self._file.close()

    def _size(self, index: int) -> tuple[int, int]:
        self._image.seek(index)
        return self._image.size
