"""What an application answers while it still starts, and what becomes of a start that fails or is given up."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from litestar.testing import TestClient

from models.errors import EngineUnavailable
from server.app import create_app
from server.lifecycle import StartUp
from server.page_reader import ReplicaStatus
from tests.unit.server.apps import base64_of, configuration, png
from tests.unit.server.stub_pipeline import StubPipeline

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


def configured(**sections):
    given = configuration(**sections)
    object.__setattr__(given.pipeline, "optional", "start")
    return given


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
