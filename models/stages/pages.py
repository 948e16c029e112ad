"""Pages between the stages. They are in host memory and, if the engine keeps pages on its device, also there."""

from dataclasses import dataclass
from typing import Protocol

from models.document import Image
from models.ops.rotate import Angle, rotate_image


@dataclass(frozen=True, slots=True, eq=False)
class PagePixels:
    """A page in host memory. For a page that is also on a device, see `models.stages.device.pages`.

    Attributes:
        image: uint8 (H, W, 3) BGR, in host memory.
    """

    image: Image

    @property
    def size(self) -> tuple[int, int]:
        """The height and width in pixels."""
        height, width = self.image.shape[:2]
        return height, width


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a page, in whole pixels; the last row and column lie outside it."""

    top: int
    left: int
    bottom: int
    right: int


class Pages(Protocol):
    """Brings pages to the memory from which the models take them. Its methods are called in threads of the pool."""

    def take(self, image: Image) -> PagePixels:
        """Bring a decoded page to that memory.

        Raises:
            EngineFailure: the device failed, or has no room for the page.
        """

    def rotate(self, page: PagePixels, angle: Angle) -> PagePixels:
        """Rotate a page counter-clockwise."""

    def part(self, page: PagePixels, part: Part) -> PagePixels:
        """A part of a page, without copying it."""


class HostPages:
    """Pages for models that take host arrays."""

    def take(self, image: Image) -> PagePixels:
        """See `Pages.take`."""
        return PagePixels(image)

    def rotate(self, page: PagePixels, angle: Angle) -> PagePixels:
        """See `Pages.rotate`."""
        return PagePixels(rotate_image(page.image, angle))

    def part(self, page: PagePixels, part: Part) -> PagePixels:
        """See `Pages.part`."""
        return PagePixels(page.image[part.top : part.bottom, part.left : part.right])
