"""Reads a still image with OpenCV in a worker: the same decoder as in the server process, with the worker's limits."""

import cv2
import numpy as np

from server.decode.formats.headers import TIFF_MAGICS, read_header
from server.decode.formats.images import decode_frame, decode_image
from server.decode.formats.readers import PageNote, Unreadable, map_page, read_whole
from server.decode.formats.transparency import decode_composited

# A worker may not start threads.
cv2.setNumThreads(0)


class StillFile:
    """A file of which the first image is read. The server has announced the size from the header."""

    total = 1

    def __init__(self, descriptor: int, *, composite_alpha: bool = False) -> None:
        self._data, self._composite_alpha = read_whole(descriptor), composite_alpha

    def sizes(self, _count: int) -> tuple[tuple[float, float], ...]:
        """Refuse: the size is not known without decoding."""
        raise Unreadable

    def resolutions(self, count: int) -> tuple[None, ...]:
        """None for the image: the server reads it from the header."""
        return (None,) * count

    def draw(self, _index: int, size: tuple[int, int], _scale: float, target: int) -> tuple[PageNote, ...]:
        """Decode into the target."""
        data = self._data
        if data.startswith(TIFF_MAGICS):
            image = decode_frame(data)
        else:
            image = (decode_composited if self._composite_alpha else decode_image)(data, read_header(data))
        if image.shape != (size[1], size[0], 3):
            raise Unreadable
        np.frombuffer(map_page(target), np.uint8).reshape(image.shape)[:] = image
        return ()

    def close(self) -> None:
        """Free the bytes."""
        self._data = b""
