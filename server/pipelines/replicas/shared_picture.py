"""Pictures in memory that two processes share: written once, mapped by the other, never on disk and without a name."""

import mmap
import os
import weakref

import numpy as np

from models.document import Image
from server.pipelines.replicas.messages import Size


class SharedPicture:
    """A picture's pixels in anonymous memory, until this object goes.

    Args:
        image: uint8 (H, W, 3).
    """

    def __init__(self, image: Image) -> None:
        self.size: Size = (image.shape[0], image.shape[1])
        self.descriptor = os.memfd_create("picture", os.MFD_CLOEXEC)
        # Also closes it where whoever asked for it was cancelled before it got hold of it.
        self.close = weakref.finalize(self, os.close, self.descriptor)
        remaining = np.ascontiguousarray(image).data.cast("B")
        while remaining:
            remaining = remaining[os.write(self.descriptor, remaining) :]


def map_picture(descriptor: int, size: Size) -> Image:
    """The pixels behind a descriptor, which the caller may close afterwards: no copy, and free when the array goes.

    Raises:
        ValueError: there are fewer pixels than the size says.
    """
    height, width = size
    # A private mapping: it can be written to, like any other page's pixels, and nobody else sees that.
    memory = mmap.mmap(descriptor, height * width * 3, access=mmap.ACCESS_COPY)
    return np.frombuffer(memory, np.uint8).reshape(height, width, 3)
