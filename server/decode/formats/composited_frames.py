"""Reads TIFF and GIF frames, and composites their transparent pixels on a background. Runs in a worker only."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from server.decode.formats.frames import BAND_ROWS, FrameFile
from server.decode.formats.readers import Reader
from server.decode.formats.still_file import StillFile
from server.decode.formats.transparency import Pixels, composite, contrasting_background


class CompositedFrameFile(FrameFile):
    """An open TIFF or GIF, as in `FrameFile`, but alpha is not dropped."""

    @property
    def transparent(self) -> bool:
        """Whether pixels of the current frame may be transparent."""
        return self._image.has_transparency_data

    def _colours(self) -> Callable[[int, int], bytes]:
        background = contrasting_background(self._overlapping_bands()) if self.transparent else None
        if background is None:
            return super()._colours()

        def composited(top: int, bottom: int) -> bytes:
            band = self._band(top, bottom)
            composite(band, background)
            return cv2.cvtColor(band, cv2.COLOR_BGRA2BGR).tobytes()

        return composited

    def _overlapping_bands(self) -> Iterator[Pixels]:
        for top in range(0, self._image.height, BAND_ROWS):
            yield self._band(max(0, top - 1), min(top + BAND_ROWS, self._image.height))

    def _band(self, top: int, bottom: int) -> Pixels:
        colours = np.asarray(self._rows(top, bottom, "RGBA"))
        return np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGBA2BGRA), np.uint8)


def open_composited_gif(descriptor: int, _password: str | None) -> Reader:
    """Open a GIF."""
    return CompositedFrameFile(descriptor, "GIF")


def open_composited_tiff(descriptor: int, _password: str | None) -> Reader:
    """Open a TIFF. If it has one frame without alpha, OpenCV reads it, as it does without this work."""
    frames = CompositedFrameFile(descriptor, "TIFF")
    if frames.total > 1 or frames.transparent:
        return frames
    frames.close()
    return StillFile(descriptor)
