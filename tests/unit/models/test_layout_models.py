"""Layout and table models in the pipeline: when they look at a page, and what happens where they are not installed."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from models.config import LayoutConfig, ModuleConfig
from models.document import Page, PageResult
from models.engines.base import Engine, EngineOptions, open_engine
from models.errors import ModuleNotLoaded
from models.options import OcrDefaults, OcrOverrides
from models.pipeline import OcrPipeline
from tests.unit.models.fake_pipeline import FakeModels, fake_pipeline
from tests.unit.models.layout_graphs import layout_model, layout_yml, table_model, table_yml, write_model
from tests.unit.models.stages.test_tables import STEPS, TOKENS

BOXES = np.array([[2, 0.9, 0.05, 0.05, 0.7, 0.3], [1, 0.8, 0.05, 0.45, 0.95, 0.65]], np.float32)
ON = OcrDefaults(use_layout_detection=True, use_table_recognition=True)


class WithLayout(FakeModels):
    """Fake text models; the layout and table models run for real."""

    def open(self, directory: Path, options: EngineOptions) -> Engine:  # type: ignore[override]
        if directory.name in ("layout", "tables"):
            return open_engine("onnxruntime", directory, EngineOptions(threads=1))
        return super().open(directory, options)


def configured(folder: Path) -> dict[str, object]:
    write_model(folder / "layout", layout_yml(), layout_model(BOXES))
    write_model(folder / "tables", table_yml(), table_model(STEPS, list(TOKENS)))
    return {
        "layout_detection": LayoutConfig("layout", folder / "layout"),
        "table_structure": ModuleConfig("tables", folder / "tables"),
    }


async def read(pipeline: OcrPipeline, wishes: OcrOverrides) -> PageResult:
    options = pipeline.defaults.resolve(wishes)
    await pipeline.prepare(options)
    return await pipeline.read(Page(np.full((200, 400, 3), 255, np.uint8)), options)


def test_the_models_look_where_structure_is_asked_for(tmp_path: Path) -> None:
    async def run() -> None:
        with fake_pipeline(tmp_path, WithLayout(), defaults=ON, **configured(tmp_path)) as pipeline:
            asked, plain = await asyncio.gather(
                read(pipeline, OcrOverrides(structure=True)), read(pipeline, OcrOverrides())
            )
            assert asked.regions is not None
            assert [region.label for region in asked.regions] == ["table", "text"]
            assert asked.regions[0].grid is not None
            assert asked.regions[1].grid is None
            assert {"layout_detection", "table_structure"} <= set(asked.seconds)
            assert plain.regions is None
            assert "layout_detection" not in plain.seconds
            assert {"layout_detection", "table_structure"} <= set(pipeline.stats())
            await pipeline.close()

    asyncio.run(run())


def test_tables_without_a_table_model_have_no_grid(tmp_path: Path) -> None:
    async def run() -> None:
        defaults = OcrDefaults(use_layout_detection=True)
        with fake_pipeline(tmp_path, WithLayout(), defaults=defaults, **configured(tmp_path)) as pipeline:
            result = await read(pipeline, OcrOverrides(structure=True))
            assert result.regions is not None
            assert [region.grid for region in result.regions] == [None, None]
            await pipeline.close()

    asyncio.run(run())


def test_without_the_switch_nothing_looks_and_nothing_is_opened(tmp_path: Path) -> None:
    async def run() -> None:
        with fake_pipeline(tmp_path, WithLayout()) as pipeline:
            result = await read(pipeline, OcrOverrides(structure=True))
            assert result.regions is None
            states = {status.module: status.state for status in pipeline.modules()}
            assert states["layout_detection"] == states["table_structure"] == "disabled"
            await pipeline.close()

    asyncio.run(run())


def test_a_model_that_is_not_installed_says_how_to_install_it(tmp_path: Path) -> None:
    async def run() -> None:
        missing = LayoutConfig("PP-DocLayout-S")
        defaults = OcrDefaults(use_layout_detection=True)
        with fake_pipeline(tmp_path, WithLayout(), defaults=defaults, layout_detection=missing) as pipeline:
            with pytest.raises(ModuleNotLoaded, match="ppocr-server models pull PP-DocLayout-S"):
                await read(pipeline, OcrOverrides(structure=True))
            with pytest.raises(ModuleNotLoaded, match="layout_detection"):
                await pipeline.open_required()
            assert (await read(pipeline, OcrOverrides())).regions is None
            await pipeline.close()

    asyncio.run(run())
