"""What the start of an application opens, and what it says of it."""

import logging
import os
from dataclasses import replace

import pytest
from litestar.testing import TestClient

from models.errors import ModuleNotLoaded
from models.optional_stage import ModuleStatus
from server.app import create_app
from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.runtime import build_runtime
from tests.unit.server.apps import configuration
from tests.unit.server.stub_pipeline import StubPipeline


class RecordingPipeline(StubPipeline):
    """Remembers what it was told to open."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.opening: list[str] = []
        self.failure = failure

    async def open_required(self) -> None:
        self.opening.append("required")
        if self.failure is not None:
            raise self.failure

    async def open_optional(self) -> None:
        self.opening.append("optional")

    def modules(self) -> tuple[ModuleStatus, ...]:
        return (ModuleStatus("doc_unwarping", "UVDoc", "unusable", "damaged"),)


def configured(optional: str):
    given = configuration()
    return replace(given, pipeline=replace(given.pipeline, optional=optional))


@pytest.mark.parametrize(
    ("optional", "opened"), [("as_configured", "optional"), ("start", "optional"), ("first_use", "required")]
)
def test_the_start_opens_what_is_on_whatever_waits_for_its_first_use(optional: str, opened: str) -> None:
    pipeline = RecordingPipeline()
    with TestClient(create_app(configured(optional), pipeline)):
        assert pipeline.opening == [opened]


def test_a_module_that_is_on_and_cannot_open_stops_the_start_and_closes_the_pipeline() -> None:
    pipeline = RecordingPipeline(ModuleNotLoaded("cannot run"))
    with pytest.raises(BaseException) as stopped, TestClient(create_app(configured("first_use"), pipeline)):  # noqa: PT011
        pass
    assert "cannot run" in repr(stopped.value)
    assert pipeline.closed


def test_a_module_that_cannot_run_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO, "ppocr.lifespan"),
        TestClient(create_app(configured("start"), RecordingPipeline())),
    ):
        pass
    levels = [record.levelno for record in caplog.records if record.getMessage() == "module doc_unwarping"]
    assert levels == [logging.WARNING]


@pytest.fixture
def three_usable_of_64(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large machine of which this process may use three cores, as in a container."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1, 2}, raising=False)


@pytest.mark.usefixtures("three_usable_of_64")
def test_threads_and_decoders_follow_the_cores_that_may_be_used() -> None:
    assert len(Decoder(DecodeSettings(), LimitSettings()).workers.slots) == 3
    assert build_runtime(configuration(), StubPipeline()).threads._pool._max_workers == 3
