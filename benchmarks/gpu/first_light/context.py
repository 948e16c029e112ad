"""Every part is given a context: the device, the pages that it reads, and networks on the device."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.gpu.networks import DETECTOR, RECOGNISER, Setup
from benchmarks.gpu.pages import PageSet
from benchmarks.gpu.timing import CallTime
from models.document import Image
from models.engines.torch.device import choose_layout
from models.engines.torch.lane import Lane, open_lane
from models.engines.torch.networks import detector_network, recogniser_network
from models.engines.torch.readback import ReadbackRing
from models.engines.torch.session import Form, TorchModel, ready

T = TypeVar("T")

_BUILDERS = {DETECTOR: detector_network, RECOGNISER: recogniser_network}


@dataclass(frozen=True, slots=True)
class Context:
    """A context says where the parts run and which pages they read.

    Attributes:
        setup: device, precision and models.
        pages: at least one; small ones in a rehearsal.
    """

    setup: Setup
    pages: PageSet

    @property
    def page(self) -> Image:
        """The page that single operations are tried on."""
        return self.pages.images[0]

    @property
    def device(self) -> torch.device:
        """Of all tensors."""
        return self.setup.torch_device

    @property
    def on_card(self) -> bool:
        """Whether this is an NVIDIA card, and no rehearsal on the CPU."""
        return self.device.type == "cuda"

    @property
    def on_host(self) -> "Context":
        """The same on the CPU, in float32: what answers are compared with."""
        return replace(self, setup=self.setup.on_host)

    def pick(self, *, card: T, rehearsal: T) -> T:
        """A number for a card, or the smaller one for a rehearsal on the CPU."""
        return card if self.on_card else rehearsal

    def lane(self) -> Lane:
        """A new lane."""
        return open_lane(self.device)

    def network(
        self, name: str, dtype: torch.dtype | None = None, layout: torch.memory_format | None = None
    ) -> nn.Module:
        """A detector or recogniser on the device, ready for any lane.

        Args:
            name: `DETECTOR` or `RECOGNISER`.
            dtype: that it computes in; None as the server would choose it.
            layout: of its feature maps; likewise.
        """
        dtype = dtype or self.setup.dtype
        layout = layout or choose_layout(self.device, dtype)
        network = _BUILDERS[name](self.setup.directory(name), layout)
        ready(network, self.device, Form(dtype))
        network.to(memory_format=layout)
        self.wait()
        return network

    def blank(self, shape: tuple[int, ...]) -> Tensor:
        """A black batch, uint8, on the device."""
        return torch.zeros(shape, dtype=torch.uint8, device=self.device)

    def wait(self) -> None:
        """Wait for this thread's own stream: what it made may then be used on any lane."""
        if self.on_card:
            torch.cuda.current_stream(self.device).synchronize()


def answer(model: TorchModel, batch: Tensor) -> tuple[NDArray[np.generic], ...]:
    """Return a model's answer to a batch of the host's, waited for and copied to the host as the server does it."""
    with model.lane.active():
        sent = ReadbackRing(model.lane, slots=1).send(model(batch.to(model.lane.device)))
    return sent.arrays()


def in_words(found: CallTime) -> str:
    """Milliseconds of one call on the device, and of its queueing on the host."""
    return f"{1e3 * found.seconds:8.3f} ms, queued by the host in {1e3 * found.queueing_seconds:8.3f} ms"
