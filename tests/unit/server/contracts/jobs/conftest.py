"""Applications with jobs around a pipeline that a test holds back, and a client of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from litestar.testing import TestClient

from tests.unit.server.apps import application, png
from tests.unit.server.stub_pipeline import StubPipeline

FINAL = ("done", "failed", "cancelled")


class Client:
    """Jobs of one application, through the framework's own client."""

    def __init__(self, http: TestClient) -> None:
        self.http = http

    def post(self, file: bytes | None = None, name: str = "a.png", headers: dict | None = None, **fields: str):
        return self.http.post("/jobs", files={"file": (name, file or png())}, data=fields, headers=headers or {})

    def job(self, file: bytes | None = None, **fields: str) -> str:
        answer = self.post(file, **fields)
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]

    def state(self, job_id: str) -> dict:
        answer = self.http.get(f"/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def final(self, job_id: str) -> dict:
        while (state := self.state(job_id))["state"] not in FINAL:
            pass
        return state

    def result(self, job_id: str, extension: str):
        return self.http.get(f"/jobs/{job_id}/result.{extension}")

    def run(self, function, *arguments):
        """Call a function in the application's event loop."""
        return self.http.blocking_portal.call(function, *arguments)


@contextmanager
def serving(
    pipeline: StubPipeline | None = None, *, settings: dict | None = None, **contract: object
) -> Iterator[Client]:
    sections = {**(settings or {}), "contracts": {"jobs": contract}}
    with TestClient(application(pipeline or StubPipeline(), **sections)) as http:
        yield Client(http)


@pytest.fixture
def held() -> StubPipeline:
    pipeline = StubPipeline()
    pipeline.gate = asyncio.Event()
    return pipeline
