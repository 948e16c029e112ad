"""The text recogniser on any engine."""

import numpy as np
from numpy.typing import NDArray

from models.descriptions.model_directory import RecognitionSpec
from models.document import Image
from models.engines.base import BEST_CLASS_VALUES, Engine
from models.errors import EngineFailure
from models.ops.crop import LineRegion, cut_line
from models.ops.ctc import ctc_characters, greedy_decode
from models.ops.normalize import Normalizer
from models.ops.resize import resize_line
from models.stages.base import EngineModel, planes_in_order, refuse_nonsense, run_rows
from models.stages.pages import PagePixels
from models.stages.recognition import MAX_BATCH_PIXELS


class HostLineReader(EngineModel):
    """See `models.stages.recognition.LineReader`."""

    most_pixels = MAX_BATCH_PIXELS

    def __init__(self, spec: RecognitionSpec, engine: Engine) -> None:
        super().__init__(engine)
        self._spec = spec
        self._classes = len(ctc_characters(spec.characters))
        self._normalizer = Normalizer.signed_unit()

    def prepare(self, page: PagePixels, region: LineRegion, width: int) -> Image:
        """The line at the recogniser's height and its own width."""
        return resize_line(cut_line(page.image, region), width, self._spec.image_shape[1])

    def run(self, items: list[Image], rows: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The best class of every time step of each line, and its probability."""
        batch = np.zeros((rows, *self._spec.image_shape[:2], width), np.float32)
        for row, line in zip(batch, items, strict=False):
            self._normalizer.write_planes(planes_in_order(line, self._spec.channels), row)
        indices, best = self._best_classes(run_rows(self.engine, batch)[: len(items)])
        refuse_nonsense(self.engine, best)
        return indices, best

    def _best_classes(self, output: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        if output.ndim == 3 and output.shape[2] == BEST_CLASS_VALUES:
            return output[..., 0].astype(np.intp), output[..., 1].copy()
        if output.ndim != 3 or output.shape[2] != self._classes:
            raise EngineFailure(f"The recogniser has {output.shape[-1]} classes and its dictionary {self._classes}.")
        return greedy_decode(output)
