"""Pictures in memory that two processes share: written once, mapped by the other, never on disk and without a name."""

import mmap

import numpy as np

from models.document import Image
from server.children.shared_memory import FilledMemory
from server.pipelines.replicas.messages import Size


class SharedPicture(FilledMemory):
    """A picture's pixels in anonymous memory, until this object goes.

    Args:
        image: uint8 (H, W, 3).
    """

    def __init__(self, image: Image) -> None:
        super().__init__("picture", np.ascontiguousarray(image).data.cast("B"))
        self.size: Size = (image.shape[0], image.shape[1])


def map_picture(descriptor: int, size: Size) -> Image:
    """The pixels behind a descriptor, which the caller may close afterwards: no copy, and free when the array goes.

    Raises:
        ValueError: there are fewer pixels than the size says.
    """
    height, width = size
    # A private mapping: it can be written to, like any other page's pixels, and nobody else sees that.
    memory = mmap.mmap(descriptor, height * width * 3, access=mmap.ACCESS_COPY)
    return np.frombuffer(memory, np.uint8).reshape(height, width, 3)
