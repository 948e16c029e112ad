"""The whole way with real weights: PP-StructureV2's layout model and SLANet_plus on a page with a table."""

import asyncio
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from models.config import LayoutConfig, ModuleConfig
from models.document import Page, PageResult
from models.layout.analyse import analyse_layout
from models.loader import build_pipeline
from models.options import PADDLEX, OcrOverrides
from server.cli.start import load, pull_required
from server.pipelines.model_store import open_store

LAYOUT, TABLES = "picodet_lcnet_x1_0_fgd_layout_cdla", "SLANet_plus"
PAGE = Path(__file__).parents[1] / "golden" / "pages" / "table.png"
ROWS, COLUMNS = 9, 5


@pytest.fixture(scope="module")
def result() -> PageResult:
    return asyncio.run(_read())


async def _read() -> PageResult:
    """Read the page; fetches the weights where they are not there yet."""
    configuration = load(None, ())
    wanted = replace(
        configuration.pipeline.only(PADDLEX),
        layout_detection=LayoutConfig(LAYOUT),
        table_structure=ModuleConfig(TABLES),
        defaults=replace(configuration.pipeline.defaults, use_layout_detection=True, use_table_recognition=True),
    )
    store = open_store(configuration)
    pull_required(replace(configuration, pipeline=wanted), store)
    pipeline = build_pipeline(wanted, store)
    try:
        return await pipeline.read(Page(cv2.imread(str(PAGE))), pipeline.defaults.resolve(OcrOverrides(structure=True)))
    finally:
        await pipeline.close()


def test_the_layout_model_finds_the_table_and_the_table_model_its_grid(result):
    (table,) = [region for region in result.regions if region.kind == "table"]
    assert (table.grid.rows, table.grid.columns, len(table.grid.cells)) == (ROWS, COLUMNS, ROWS * COLUMNS)


def test_without_its_rules_every_text_stands_in_the_cell_where_the_rules_put_it(result):
    image = result.preprocessed.image
    blank = image.copy()
    blank[:] = 255
    by_rules = _cells(analyse_layout(image, result.lines))
    by_model = _cells(analyse_layout(blank, result.lines, result.regions))
    assert len(by_rules) == ROWS * COLUMNS
    assert sum(by_model.get(place) == lines for place, lines in by_rules.items()) >= 0.9 * len(by_rules)


def _cells(layout) -> dict[tuple[int, int], tuple[int, ...]]:
    (table,) = [block.table for block in layout.blocks if block.table is not None]
    return {(cell.row, cell.column): cell.lines for cell in table.cells}
