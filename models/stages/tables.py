"""Table structure: finds the grid of a table in its picture, by SLANet (https://arxiv.org/abs/2210.05391)."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.descriptions.layout_directory import TableSpec
from models.document import Image
from models.engines.base import Engine
from models.engines.graph import graph_engine
from models.errors import EngineFailure
from models.layout.regions import Grid, Region
from models.ops.normalize import Normalizer
from models.ops.table_structure import decode_grid
from models.stages.base import CpuPool, EngineStage, refuse_nonsense

MAX_TABLES_PER_BATCH = 1
"""The model writes tokens until every table of a batch is finished, so the others would wait for one long table."""


class TableStage(EngineStage[Image, Grid]):
    """Table structure behind its batcher."""

    def __init__(self, spec: TableSpec, engines: Sequence[Engine], pool: CpuPool) -> None:
        super().__init__("table_structure", engines, pool, max_items=MAX_TABLES_PER_BATCH)
        for engine in engines:
            graph_engine(engine)
        self._spec = spec
        self._normalizer = Normalizer.from_mean_std(spec.mean, spec.std, 1 / 255)

    async def with_grids(
        self, page: Image, regions: Sequence[Region], *, flow: Hashable = None, deadline: float | None = None
    ) -> tuple[Region, ...]:
        """The regions. Tables get their grids.

        Raises:
            EngineFailure, DeadlineExceeded, PipelineStopped: see `Batcher.submit`.
        """
        tables = [region for region in regions if region.kind == "table"]
        pictures = [_cut(page, region) for region in tables]
        cost = self._spec.side * self._spec.side
        grids = await self.batcher.submit(pictures, key=None, cost=cost, flow=flow, deadline=deadline) if tables else []
        found = dict(zip(map(id, tables), map(_on_page, grids, tables), strict=True))
        return tuple(replace(region, grid=found.get(id(region))) for region in regions)

    def _run(self, engine: Engine, items: list[Image]) -> list[Grid]:
        return [self._read(engine, picture) for picture in items]

    def _read(self, engine: Engine, picture: Image) -> Grid:
        side, (height, width) = self._spec.side, picture.shape[:2]
        ratio = side / max(height, width)
        size = max(1, round(width * ratio)), max(1, round(height * ratio))
        batch = np.zeros((1, 3, side, side), np.float32)
        self._normalizer.write_planes(np.asarray(cv2.resize(picture, size), np.uint8), batch[0])
        model = graph_engine(engine)
        outputs = model.run_all({model.input_names[0]: batch})
        corners, probabilities = _checked_outputs(engine, outputs, len(self._spec.tokens))
        scale = (width, height) if self._spec.relative_to_picture else (side / ratio, side / ratio)
        return decode_grid(probabilities, corners, self._spec.tokens, scale)


def _cut(page: Image, region: Region) -> Image:
    x0, y0, x1, y1 = (round(edge) for edge in region.box)
    return page[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]


def _on_page(grid: Grid, region: Region) -> Grid:
    """Move a grid from its picture's pixels to the page's pixels."""
    left, top = round(region.box[0]), round(region.box[1])
    cells = (
        replace(cell, box=(cell.box[0] + left, cell.box[1] + top, cell.box[2] + left, cell.box[3] + top))
        for cell in grid.cells
    )
    return Grid(grid.rows, grid.columns, tuple(cells))


def _checked_outputs(
    engine: Engine, outputs: Sequence[NDArray[np.float32]], classes: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The corners (T, 8) and the probabilities (T, classes) of the only table of a batch."""
    shapes = [output.shape for output in outputs]
    if len(outputs) != 2 or shapes[0][2:] != (8,) or shapes[1][2:] != (classes,) or shapes[0][:2] != shapes[1][:2]:
        raise EngineFailure(f"Engine '{engine.name}' gave {shapes} for a table, not corners and {classes} classes.")
    for output in outputs:
        refuse_nonsense(engine, output)
    return outputs[0][0], outputs[1][0]
