"""Pages in host memory and on the device. They are uploaded once, and both copies are rotated in place."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from models.device_ops.pages import page_on, rotated
from models.document import Image
from models.engines.torch.failure import device_failure
from models.engines.torch.lane import Lane
from models.ops.rotate import Angle, rotate_image
from models.stages.pages import PagePixels, Part


@dataclass(frozen=True, slots=True, eq=False)
class DevicePage(PagePixels):
    """A page that is on the device as well.

    Attributes:
        tensor: float32 (3, H, W), levels 0..255; the work that makes it is finished.
    """

    tensor: Tensor


class DevicePages:
    """See `models.stages.pages.Pages`.

    Args:
        lane: used for pages only, so that copies run beside the models. Threads of the pool share it.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def take(self, image: Image) -> PagePixels:
        """See `Pages.take`. It waits for the copy, so that no lane has to."""
        return DevicePage(image, self._made(lambda: page_on(image, self._lane.device)))

    def rotate(self, page: PagePixels, angle: Angle) -> PagePixels:
        """See `Pages.rotate`. Both copies are rotated, because pictures for people are made from the host's copy."""
        if angle == 0:
            return page
        tensor = self._made(lambda: rotated(on_device(page), angle))
        return DevicePage(rotate_image(page.image, angle), tensor)

    def part(self, page: PagePixels, part: Part) -> PagePixels:
        """See `Pages.part`."""
        image = page.image[part.top : part.bottom, part.left : part.right]
        return DevicePage(image, on_device(page)[:, part.top : part.bottom, part.left : part.right])

    def _made(self, make: Callable[[], Tensor]) -> Tensor:
        """A tensor that is ready for every lane.

        Raises:
            EngineFailure: the device failed, or has no room for the tensor.
        """
        try:
            with self._lane.active():
                tensor = make()
                done = self._lane.mark()
            done()
        except Exception as error:  # torch raises plain RuntimeError, and several others
            raise device_failure("PyTorch failed on a page.", error, self._lane.device) from error
        return tensor


def on_device(page: PagePixels) -> Tensor:
    """The device's copy of a page that `DevicePages` took.

    Raises:
        TypeError: the page is of another kind.
    """
    if not isinstance(page, DevicePage):
        raise TypeError("This page is in host memory only.")
    return page.tensor
