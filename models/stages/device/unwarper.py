"""The unwarping model on the device of its pages."""

from functools import partial

from torch import Tensor

from models.engines.torch.graphs import Tensors
from models.engines.torch.session import TorchModel
from models.stages.device.lane_model import LaneModel, Placement
from models.stages.device.pages import DevicePage, on_device
from models.stages.pages import PagePixels


class DeviceUnwarper(LaneModel):
    """See `models.stages.unwarping.Unwarper`."""

    def __init__(self, model: TorchModel, placement: Placement) -> None:
        super().__init__(model, placement, (1,))

    def run(self, pages: list[PagePixels]) -> list[PagePixels]:
        """Unwarp pages, one after the other. They are copied to the host too, for people to see."""
        kept: list[Tensor] = []

        def unwarp(page: PagePixels, model: TorchModel) -> Tensors:
            (unwarped,) = model(on_device(page)[None].byte())
            # A copy of our own: the model's next run of this size may write to the same memory.
            kept.append(unwarped[0].float())
            return (unwarped[0].permute(1, 2, 0).contiguous(),)

        results = self.run_on_lane([partial(unwarp, page) for page in pages])
        return [DevicePage(image, tensor) for (image,), tensor in zip(results, kept, strict=True)]
