"""The models that are measured, found without the server's configuration: it needs the `models` package alone."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from models.descriptions.model_directory import ModelDirectory
from models.engines.base import EngineOptions
from models.engines.torch.device import choose_dtype, open_device
from models.engines.torch.networks import classifier_network, detector_network, recogniser_network
from models.errors import ModelNotInstalled

DETECTOR, RECOGNISER = "PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec"
CLASSIFIER = "ch_ppocr_mobile_v2.0_cls"
MODELS = Path.home() / ".cache" / "ppocr-server" / "models"
"""`ppocr-server models pull` puts the models there."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A setup says where and how everything runs.

    Attributes:
        device: as the configuration names it: ``cpu`` or ``gpu:N``.
        torch_device: the same for torch.
        dtype: of the networks.
        models: folder of model directories.
        quick: whether a rehearsal is enough.
    """

    device: str
    torch_device: torch.device
    dtype: torch.dtype
    models: Path
    quick: bool

    @classmethod
    def of(cls, device: str, models: Path, *, quick: bool) -> "Setup":
        """Open the device.

        Raises:
            EngineUnavailable: it cannot be used; no other one is taken instead.
        """
        options = EngineOptions(device=device, precision="fast")
        return cls(device, open_device(device), choose_dtype(options), models, quick)

    @property
    def on_host(self) -> "Setup":
        """The same on the CPU, in float32: what answers are compared with."""
        return replace(self, device="cpu", torch_device=torch.device("cpu"), dtype=torch.float32)

    def directory(self, name: str) -> ModelDirectory:
        """A model's directory.

        Raises:
            ModelNotInstalled: it is not in the folder.
        """
        if not (self.models / name).is_dir():
            raise ModelNotInstalled(f"There is no model {name} in {self.models}; name the folder with --models.")
        return ModelDirectory.read(self.models / name)

    def networks(self) -> dict[str, nn.Module]:
        """Fresh networks by stage, on the CPU."""
        return {
            "detection": detector_network(self.directory(DETECTOR)),
            "recognition": recogniser_network(self.directory(RECOGNISER)),
            "line orientation": classifier_network(self.directory(CLASSIFIER)),
        }
