"""Pages between the stages: in host memory, and where an engine keeps pages on its device, there too."""

from dataclasses import dataclass
from typing import Protocol

from models.document import Image
from models.ops.rotate import Angle, rotate_image


@dataclass(frozen=True, slots=True, eq=False)
class PagePixels:
    """A page as the stages pass it on; see `models.stages.device.pages` for one that is on a device as well.

    Attributes:
        image: uint8 (H, W, 3) BGR, in host memory.
    """

    image: Image

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.image.shape[:2]
        return height, width


class Pages(Protocol):
    """Brings pages to where the models take them from. Its methods are called in threads of the pool."""

    def take(self, image: Image) -> PagePixels:
        """Bring a decoded page there.

        Raises:
            EngineFailure: the device failed, or has no room for it.
        """

    def rotate(self, page: PagePixels, angle: Angle) -> PagePixels:
        """Turn a page counter-clockwise."""


class HostPages:
    """Pages whose models take arrays of the host."""

    def take(self, image: Image) -> PagePixels:
        """See `Pages.take`."""
        return PagePixels(image)

    def rotate(self, page: PagePixels, angle: Angle) -> PagePixels:
        """See `Pages.rotate`."""
        return PagePixels(rotate_image(page.image, angle))
