"""Pictures in memory that two processes share. One writes them once, the other maps them. They are never on disk."""

import mmap

import numpy as np

from models.document import Image
from server.children.shared_memory import FilledMemory
from server.pipelines.replicas.messages import Size


class SharedPicture(FilledMemory):
    """A picture's pixels in anonymous memory. It is freed with this object.

    Args:
        image: uint8 (H, W, 3).
    """

    def __init__(self, image: Image) -> None:
        super().__init__("picture", np.ascontiguousarray(image).data.cast("B"))
        self.size: Size = (image.shape[0], image.shape[1])


def map_picture(descriptor: int, size: Size) -> Image:
    """Map the pixels behind a descriptor without a copy. The caller may close the descriptor afterwards.

    The memory is freed with the array.

    Raises:
        ValueError: there are fewer pixels than the size says.
    """
    height, width = size
    # The mapping is private. It can be written, like the pixels of any page, and no other process sees that.
    memory = mmap.mmap(descriptor, height * width * 3, access=mmap.ACCESS_COPY)
    return np.frombuffer(memory, np.uint8).reshape(height, width, 3)
