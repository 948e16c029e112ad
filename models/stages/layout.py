"""Layout detection: finds the regions of a page with a layout model.

Two kinds of models are supported. The first kind gives finished boxes and the number of boxes of each page:
PP-DocLayout, and the PicoDet and RT-DETR layout models of PaddleX. The second kind is PicoDet without its last step:
PP-StructureV2.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.descriptions.layout_directory import LayoutSpec
from models.document import Image
from models.engines.base import Engine
from models.engines.graph import GraphEngine, graph_engine
from models.errors import EngineFailure
from models.layout.regions import Region
from models.ops.layout_boxes import regions_of
from models.ops.normalize import Normalizer
from models.ops.picodet import STRIDES, decode_head
from models.stages.base import CpuPool, EngineStage, planes_in_order, refuse_nonsense

MAX_PAGES_PER_BATCH = 8
"""Pages that run together on a device that profits from batches. One page is enough for a CPU."""

Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Input:
    """A resized page, and the page's own height and width."""

    image: Image
    page_size: tuple[int, int]


class LayoutStage(EngineStage[_Input, Boxes]):
    """Layout detection behind its batcher. All pages are stretched to one size, so pages of all requests share batches.

    Args:
        spec: the model's description.
        engines: opened engines of the model.
        pool: threads for array work.
        thresholds: least score of a region, or of each class; None takes the model's own.
    """

    def __init__(
        self,
        spec: LayoutSpec,
        engines: Sequence[Engine],
        pool: CpuPool,
        thresholds: float | Mapping[int, float] | None = None,
    ) -> None:
        pages = MAX_PAGES_PER_BATCH if engines[0].batch_sizes else 1
        super().__init__("layout_detection", engines, pool, max_items=pages)
        for engine in engines:
            graph_engine(engine)
        self._spec = spec
        self._thresholds = spec.threshold if thresholds is None else thresholds
        self._normalizer = Normalizer.from_mean_std(spec.mean, spec.std, spec.scale)

    async def find(self, page: Image, *, flow: Hashable = None, deadline: float | None = None) -> tuple[Region, ...]:
        """Find the regions of one BGR page, in descending order of score.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        size = (page.shape[0], page.shape[1])
        resized = await self._pool.run(self._resize, page)
        cost = self._spec.size[0] * self._spec.size[1]
        (boxes,) = await self.batcher.submit([_Input(resized, size)], key=None, cost=cost, flow=flow, deadline=deadline)
        return await self._pool.run(regions_of, boxes, self._spec.labels, size, self._thresholds)

    def _resize(self, page: Image) -> Image:
        height, width = self._spec.size
        how = cv2.INTER_CUBIC if self._spec.cubic else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(page, (width, height), interpolation=how), np.uint8)

    def _run(self, engine: Engine, items: list[_Input]) -> list[Boxes]:
        """The boxes of resized pages in page pixels: float32 (N, 6) for each page."""
        batch = np.stack([self._normalizer.planes(planes_in_order(item.image, "RGB")) for item in items])
        height, width = self._spec.size
        factors = np.array([(height / item.page_size[0], width / item.page_size[1]) for item in items], np.float32)
        shapes = np.array([(height, width)] * len(items), np.float32)
        model = graph_engine(engine)
        inputs = {"image": batch, "scale_factor": factors, "im_shape": shapes}
        outputs = model.run_all(_wanted_inputs(model, inputs))
        for output in outputs:
            refuse_nonsense(engine, output)
        if len(outputs) == 2 * len(STRIDES):
            return [self._decoded(outputs, index, factors[index]) for index in range(len(items))]
        return _split(engine, outputs, len(items))

    def _decoded(self, outputs: Sequence[NDArray[np.float32]], index: int, factors: NDArray[np.float32]) -> Boxes:
        heads = [output[index] for output in outputs]
        boxes = decode_head(heads[: len(STRIDES)], heads[len(STRIDES) :], self._spec.size)
        boxes[:, 2:] /= np.tile(factors[::-1], 2)
        return boxes


def _wanted_inputs(engine: GraphEngine, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    """The inputs that the model needs, by the names that exported detectors use."""
    unknown = [name for name in engine.input_names if name not in inputs]
    if unknown:
        raise EngineFailure(f"The layout model has inputs that are not known: {', '.join(unknown)}.")
    return {name: inputs[name] for name in engine.input_names}


def _split(engine: Engine, outputs: Sequence[NDArray[np.float32]], pages: int) -> list[Boxes]:
    """Split the boxes of all pages by the number of boxes of each page. Further rows are padding."""
    if len(outputs) < 2 or outputs[0].ndim != 2 or outputs[0].shape[1] != 6 or outputs[1].size != pages:
        shapes = [output.shape for output in outputs]
        raise EngineFailure(f"Engine '{engine.name}' gave {shapes} for {pages} pages, not boxes and their counts.")
    counts = outputs[1].reshape(-1).astype(np.int64)
    ends = np.cumsum(counts)
    if counts.min() < 0 or ends[-1] > len(outputs[0]):
        raise EngineFailure(f"Engine '{engine.name}' gave {len(outputs[0])} boxes and counts of {counts.tolist()}.")
    return [np.array(outputs[0][end - count : end]) for count, end in zip(counts, ends, strict=True)]
