"""Table structure on a real engine, with a small graph that answers as SLANet does."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from models.descriptions.layout_directory import table_spec
from models.descriptions.model_directory import ModelDirectory
from models.engines.base import EngineOptions, open_engine
from models.errors import EngineFailure, InvalidModelDirectory
from models.layout.regions import Region
from models.ops.table_structure import decode_grid
from models.stages.base import CpuPool
from models.stages.tables import TableStage
from tests.unit.models.layout_graphs import STEPS, TOKENS, layout_yml, table_model, table_yml, write_model


def with_grids(directory: Path, page: np.ndarray, regions: list[Region]) -> tuple[Region, ...]:
    async def run() -> tuple[Region, ...]:
        pool = CpuPool(1)
        engine = open_engine("onnxruntime", directory, EngineOptions(threads=1))
        stage = TableStage(table_spec(ModelDirectory.read(directory)), [engine], pool)
        try:
            return await stage.with_grids(page, regions)
        finally:
            await stage.close()
            pool.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        # Corners are fractions of the padded square input, which stands for 200 x 200 px of the page here.
        ("SLANet_plus", [(100, 300, 300, 350), (100, 350, 200, 400), (200, 350, 300, 400)]),
        # Corners are fractions of the picture itself, 200 x 100 px.
        ("SLANet", [(100, 300, 300, 325), (100, 325, 200, 350), (200, 325, 300, 350)]),
    ],
)
def test_cells_come_at_their_place_on_the_page(tmp_path: Path, name: str, cells: list[tuple[float, ...]]) -> None:
    directory = write_model(tmp_path, table_yml(name), table_model(STEPS, list(TOKENS)))
    page = np.full((800, 600, 3), 255, np.uint8)
    text = Region("text", 0.9, (0.0, 0.0, 600.0, 200.0))
    table = Region("table", 0.8, (100.0, 300.0, 300.0, 400.0))
    first, second = with_grids(directory, page, [text, table])
    assert first == text
    assert second.grid is not None
    assert (second.grid.rows, second.grid.columns) == (2, 2)
    assert [(cell.row, cell.column, cell.row_span, cell.column_span) for cell in second.grid.cells] == [
        (0, 0, 1, 2),
        (1, 0, 1, 1),
        (1, 1, 1, 1),
    ]
    assert np.allclose([cell.box for cell in second.grid.cells], cells, atol=0.01)


def test_a_page_without_tables_asks_nothing(tmp_path: Path) -> None:
    directory = write_model(tmp_path, table_yml(), table_model(STEPS, list(TOKENS)))
    assert with_grids(directory, np.zeros((10, 10, 3), np.uint8), []) == ()


def test_a_model_of_another_dictionary_fails_the_page(tmp_path: Path) -> None:
    directory = write_model(tmp_path, table_yml(), table_model(STEPS, [*TOKENS, "more"]))
    with pytest.raises(EngineFailure, match="classes"):
        with_grids(directory, np.zeros((50, 50, 3), np.uint8), [Region("table", 0.9, (0.0, 0.0, 50.0, 50.0))])


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidModelDirectory, match="ResizeTableImage"):
        table_spec(ModelDirectory.read(write_model(tmp_path, layout_yml(), b"")))


def grid_of(names: list[str]) -> list[tuple[int, int, int, int]]:
    probabilities = np.zeros((len(names), len(TOKENS)), np.float32)
    for step, name in enumerate(names):
        probabilities[step, TOKENS.index(name)] = 1
    grid = decode_grid(probabilities, np.zeros((len(names), 8), np.float32), TOKENS, (1, 1))
    taken = [
        (cell.row + down, cell.column + across)
        for cell in grid.cells
        for down in range(cell.row_span)
        for across in range(cell.column_span)
    ]
    assert len(taken) == len(set(taken))
    assert all(row < grid.rows and column < grid.columns for row, column in taken)
    return [(cell.row, cell.column, cell.row_span, cell.column_span) for cell in grid.cells]


def test_a_cell_over_two_rows_moves_the_next_rows_cells() -> None:
    two_rows = ["<td", ' rowspan="2"', ">", "</td>"]
    names = ["<tr>", *two_rows, "<td></td>", "</tr>", "<tr>", "<td></td>", "</tr>"]
    assert grid_of(names) == [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)]


def test_spans_do_not_reach_over_others_or_below_the_table() -> None:
    names = ["<tr>", "<td></td>", "<td", ' rowspan="2"', ">", "</td>", "</tr>"]
    names += ["<tr>", "<td", ' colspan="2"', ' rowspan="2"', ">", "</td>", "</tr>"]
    assert grid_of(names) == [(0, 0, 1, 1), (0, 1, 2, 1), (1, 0, 1, 1)]


@pytest.mark.parametrize("names", [[], ["eos"], ["</tr>", ">", "<td"], ["<td></td>"], ["<thead>", "<tr>", "<tr>"]])
def test_whatever_a_model_writes_is_a_grid(names: list[str]) -> None:
    grid_of(names)
