"""The pipeline in the server's own process, from before it is built to after it is closed."""

import asyncio
import threading

import numpy as np
import pytest

from models.document import Page
from models.engines.base import registered_engine
from models.errors import EngineUnavailable, PipelineStopped
from models.loader import build_pipeline
from models.options import OcrDefaults, OcrOverrides
from server.pipelines.local import LocalPipeline
from tests.unit.models.fake_pipeline import FakeModels, fake_config, fake_store

OPTIONS = OcrDefaults().resolve(OcrOverrides())
PAGE = Page(np.full((240, 320, 3), 255, np.uint8))


class Building:
    """Builds a fake pipeline when it is let."""

    def __init__(self, folder, models: FakeModels, failure: Exception | None = None) -> None:
        self.folder, self.models, self.failure = folder, models, failure
        self.begun, self.let = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []

    def __call__(self):
        self.threads.append(threading.current_thread())
        self.begun.set()
        assert self.let.wait(30)
        if self.failure is not None:
            raise self.failure
        with registered_engine("fake", self.models.open):
            return build_pipeline(fake_config(self.folder, threads=1), fake_store(self.folder))


def test_it_reads_once_it_is_open_and_not_before(tmp_path) -> None:
    async def test():
        building, opened = Building(tmp_path, FakeModels()), []
        pipeline = LocalPipeline(OcrDefaults(), building, opened.append)
        assert (pipeline.healthy, pipeline.modules(), pipeline.stats(), pipeline.replicas()) == (False, (), {}, ())
        with pytest.raises(PipelineStopped):
            await pipeline.prepare(OPTIONS)
        with pytest.raises(PipelineStopped):
            await pipeline.read(PAGE, OPTIONS)
        building.let.set()
        await pipeline.open_required()
        # OpenVINO must not be loaded by a thread that stays.
        building.threads[0].join(30)
        assert not building.threads[0].is_alive()
        assert pipeline.healthy
        await pipeline.prepare(OPTIONS)
        assert len((await pipeline.read(PAGE, OPTIONS)).lines) == 2
        assert "text_detection" in pipeline.stats()
        await pipeline.close()
        assert not pipeline.healthy

    asyncio.run(test())


def test_what_was_being_built_when_the_start_was_given_up_is_closed(tmp_path) -> None:
    async def test():
        models = FakeModels()
        building = Building(tmp_path, models)
        pipeline = LocalPipeline(OcrDefaults(), building, lambda _: None)
        opening = asyncio.create_task(pipeline.open_required())
        await asyncio.to_thread(building.begun.wait, 30)
        opening.cancel()
        building.let.set()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await pipeline.close()
        assert all(engine.closed for engine in models.engines.values())
        assert len(models.engines) == 2

    asyncio.run(test())


def test_a_pipeline_that_cannot_be_built_is_the_operators_error(tmp_path) -> None:
    async def test():
        building = Building(tmp_path, FakeModels(), EngineUnavailable("no such card"))
        building.let.set()
        pipeline = LocalPipeline(OcrDefaults(), building, lambda _: None)
        with pytest.raises(EngineUnavailable, match="no such card"):
            await pipeline.open_required()
        await pipeline.close()

    asyncio.run(test())
