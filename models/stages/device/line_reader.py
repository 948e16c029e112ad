"""The text recogniser on the device of its pages. It cuts the lines of a whole batch out there."""

import numpy as np
from numpy.typing import NDArray

from models.descriptions.model_directory import RecognitionSpec
from models.device_ops.crops import LineCut, cut_lines
from models.engines.base import BatchShape
from models.engines.torch.graphs import Tensors
from models.engines.torch.session import PADDING_LEVEL, TorchModel
from models.errors import EngineFailure
from models.ops.crop import LineRegion
from models.ops.ctc import ctc_characters
from models.ops.line_groups import WIDTH_LADDER
from models.stages.base import refuse_nonsense
from models.stages.device.lane_model import LaneModel, Placement, Warm, nothing
from models.stages.device.pages import on_device
from models.stages.pages import PagePixels

LINE_BATCHES = {"cpu": (1, 2, 4, 8), "cuda": (8, 16, 32, 64)}
"""The numbers of lines that run together. A GPU takes about as long for one line as for eight."""

MOST_PIXELS = {"cpu": 6 * 48 * 3200, "cuda": 48 * 40_960}
"""Padded pixels that run together. About 20,000 columns fill a GPU; more than twice as many bring little."""


class DeviceLineReader(LaneModel):
    """See `models.stages.recognition.LineReader`."""

    def __init__(self, spec: RecognitionSpec, model: TorchModel, placement: Placement, warm: Warm = nothing) -> None:
        kind = model.lane.device.type
        super().__init__(model, placement, LINE_BATCHES[kind], warm)
        self.most_pixels = MOST_PIXELS[kind]
        self._height = spec.image_shape[1]
        self._classes = len(ctc_characters(spec.characters))

    def prepare(self, page: PagePixels, region: LineRegion, width: int) -> LineCut:
        """Name the line. Its pixels are not touched before the lane runs the batch."""
        return LineCut(on_device(page), region, width)

    def run(self, items: list[LineCut], rows: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The best class of every time step of each line, and its probability."""

        def read(model: TorchModel) -> Tensors:
            indices, best = model(cut_lines(items, (rows, self._height, width), PADDING_LEVEL))
            return indices[: len(items)], best[: len(items)]

        ((indices, best),) = self.run_on_lane([read])
        refuse_nonsense(self, best)
        if indices.size and indices.max() >= self._classes:
            raise EngineFailure(f"The recogniser has more classes than its dictionary, {self._classes}.")
        return indices.astype(np.intp), best


def line_shapes(spec: RecognitionSpec, kind: str) -> tuple[BatchShape, ...]:
    """All batch shapes on the ladder of widths, on a ``torch.device`` of a type."""
    channels, height, _ = spec.image_shape
    return tuple(
        (lines, channels, height, width)
        for width in WIDTH_LADDER
        for number, lines in enumerate(LINE_BATCHES[kind])
        if number == 0 or LINE_BATCHES[kind][number - 1] * height * width < MOST_PIXELS[kind]
    )
