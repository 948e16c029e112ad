"""The start of an application opens its parts, answers meanwhile, and ends cleanly where it fails."""

import asyncio
import gc
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from litestar.testing import TestClient

from models.errors import EngineUnavailable, ModuleNotLoaded
from models.optional_stage import ModuleStatus
from server.app import create_app
from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.lifecycle import StartUp
from server.page_reader import ReplicaStatus
from server.runtime import build_runtime
from tests.unit.server.apps import base64_of, configuration, png
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
        return (
            ModuleStatus("text_detection", "det", "loaded", "onnxruntime on CPU"),
            ModuleStatus("text_recognition", "rec", "loaded", "onnxruntime on CPU"),
            ModuleStatus("doc_unwarping", "UVDoc", "unusable", "damaged"),
        )


def configured(optional: str = "start", **sections):
    given = configuration(**sections)
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


def test_models_that_run_are_one_line_and_one_that_cannot_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.INFO, "ppocr.lifespan"),
        TestClient(create_app(configured("start"), RecordingPipeline())),
    ):
        pass
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.INFO, "Models: det (onnxruntime on CPU); rec (onnxruntime on CPU)"),
        (logging.WARNING, "module doc_unwarping"),
    ]


@pytest.fixture
def three_usable_of_64(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large machine of which this process may use three cores, as in a container."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1, 2}, raising=False)


@pytest.mark.usefixtures("three_usable_of_64")
def test_threads_and_decoders_follow_the_cores_that_may_be_used() -> None:
    assert len(Decoder(DecodeSettings(), LimitSettings()).workers.slots) == 3
    assert build_runtime(configuration(), StubPipeline()).threads._pool._max_workers == 3


PATIENCE_SECONDS = 30


class SlowPipeline(StubPipeline):
    """Opens when it is let, and tells what it is opening."""

    def __init__(self, start_up: StartUp, failure: Exception | None = None) -> None:
        super().__init__()
        self.start_up = start_up
        self.failure = failure
        self.let = threading.Event()
        self.opening = threading.Event()

    async def open_optional(self) -> None:
        self.start_up.begin("text_detection")
        self.start_up.begin("text_recognition")
        self.opening.set()
        await asyncio.to_thread(self.let.wait, PATIENCE_SECONDS)
        if self.failure is not None:
            raise self.failure

    def replicas(self) -> tuple[ReplicaStatus, ...]:
        return (ReplicaStatus(0, "gpu:0", "starting", 1, 0, 0),)


@pytest.fixture
def start_up() -> StartUp:
    return StartUp(3, background=True)


def wait_until(condition) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_a_start_in_the_background_is_told_until_it_has_ended(start_up) -> None:
    pipeline = SlowPipeline(start_up)
    with TestClient(create_app(configured(), pipeline, start_up)) as client:
        assert pipeline.opening.wait(PATIENCE_SECONDS)
        assert client.get("/health/live").status_code == 200
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "starting")
        start = answer.json()["start"]
        assert (start["step"], start["done"], start["total"]) == ("text_recognition", 1, 3)
        assert start["seconds"] >= 0
        assert answer.json()["replicas"] == [
            {"number": 0, "device": "gpu:0", "state": "starting", "losses": 1, "pages": 0, "pixels": 0}
        ]
        pipeline.let.set()
        wait_until(lambda: client.get("/health/ready").status_code == 200)
        assert "start" not in client.get("/health/ready").json()
        assert client.get("/health").json()["errorMsg"] == "Healthy"
        assert client.post("/ocr", json={"file": base64_of(png()), "fileType": 1}).status_code == 200
        metrics = client.get("/metrics").text
        assert 'ppocr_replica_serving{device="gpu:0",replica="0"} 0.0' in metrics
        assert 'ppocr_replica_losses_total{device="gpu:0",replica="0"} 1.0' in metrics


def test_a_document_that_comes_early_waits_for_the_models(start_up) -> None:
    pipeline = SlowPipeline(start_up)
    app = create_app(configured(), pipeline, start_up)
    with TestClient(app) as client, ThreadPoolExecutor(2) as pool:
        assert pipeline.opening.wait(PATIENCE_SECONDS)
        early = pool.submit(client.post, "/ocr", json={"file": base64_of(png()), "fileType": 1})
        health = pool.submit(client.get, "/health")
        wait_until(lambda: app.state.runtime.admission.requests == 1)
        assert pipeline.read_options == []
        pipeline.let.set()
        assert early.result(PATIENCE_SECONDS).status_code == 200
        assert health.result(PATIENCE_SECONDS).json()["errorMsg"] == "Healthy"


def test_it_does_not_wait_for_ever(start_up) -> None:
    pipeline = SlowPipeline(start_up)
    given = configured(limits={"body_timeout_seconds": 0.05})
    with TestClient(create_app(given, pipeline, start_up)) as client:
        refused = client.post("/ocr", json={"file": base64_of(png()), "fileType": 1})
        assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
        contract = client.get("/health")
        assert (contract.status_code, contract.json()["errorCode"]) == (503, 503)
        pipeline.let.set()


def test_a_start_that_fails_in_the_background_is_kept_for_the_operator_and_closes_what_was_open(start_up) -> None:
    pipeline = SlowPipeline(start_up, EngineUnavailable("no such card"))
    with TestClient(create_app(configured(), pipeline, start_up)) as client:
        pipeline.let.set()
        wait_until(start_up.ended.is_set)
        assert pipeline.closed
        assert client.get("/health/ready").status_code == 503
    assert isinstance(start_up.failure, EngineUnavailable)


def test_a_start_that_is_given_up_closes_what_was_open(start_up) -> None:
    pipeline = SlowPipeline(start_up)
    with TestClient(create_app(configured(), pipeline, start_up)):
        assert pipeline.opening.wait(PATIENCE_SECONDS)
        pipeline.let.set()
    assert pipeline.closed
    assert start_up.ended.is_set()


def test_what_comes_before_the_models_is_done_first_and_can_fail(start_up) -> None:
    done = []

    def fetch() -> None:
        done.append("weights")
        raise EngineUnavailable("no network")

    foreground = StartUp(1, fetch)
    pipeline = SlowPipeline(foreground)
    with pytest.raises(BaseException) as stopped, TestClient(create_app(configured(), pipeline, foreground)):  # noqa: PT011
        pass
    assert "no network" in repr(stopped.value)
    assert done == ["weights"]
    assert not pipeline.opening.is_set()


def test_an_error_that_nobody_handles_is_one_line_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("text of a document")

    async def drop() -> None:
        task = asyncio.ensure_future(fail())
        await asyncio.wait([task])
        del task
        gc.collect()

    with TestClient(create_app(configured(), RecordingPipeline())) as client:
        client.blocking_portal.call(drop)
    (line,) = [record.getMessage() for record in caplog.records if "Nobody handled" in record.getMessage()]
    assert "ValueError" in line
    assert "text of a document" not in caplog.text
