"""Applications with the job API around a pipeline that a test holds back, and a client of them."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from litestar.testing import TestClient

from tests.unit.server.apps import CLIENT_HOST, application, png
from tests.unit.server.stub_pipeline import StubPipeline

JOBS = "/api/v2/ocr/jobs"
BASE = f"http://{CLIENT_HOST}"
FINAL = ("done", "failed")


class Client:
    """The job API of one application, through the framework's own client."""

    def __init__(self, http: TestClient) -> None:
        self.http = http

    def post(self, file: bytes | None = None, name: str = "a.png", **fields: str):
        return self.http.post(JOBS, files={"file": (name, png() if file is None else file)}, data=fields)

    def job(self, file: bytes | None = None, **fields: str) -> str:
        """The id of a job that was taken."""
        answer = self.post(file, **fields)
        assert answer.status_code == 200, answer.text
        content = answer.json()
        assert (content["code"], content["msg"], set(content["data"])) == (0, "Success", {"jobId"})
        return content["data"]["jobId"]

    def state(self, job_id: str) -> dict:
        answer = self.http.get(f"{JOBS}/{job_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def final(self, job_id: str) -> dict:
        while (state := self.state(job_id))["state"] not in FINAL:
            pass
        return state

    def done(self, file: bytes | None = None, **fields: str) -> dict:
        """The state of a job that was taken and is done."""
        state = self.final(self.job(file, **fields))
        assert state["state"] == "done", state
        return state

    def get(self, url: str, **options):
        """Follow a link, as a client does: without the token."""
        assert url.startswith(f"{BASE}/"), url
        return self.http.get(url.removeprefix(BASE), **options)

    def lines(self, state: dict) -> list[dict]:
        """The pages of a finished job, one from each line."""
        answer = self.get(state["resultUrl"]["jsonUrl"])
        assert answer.status_code == 200, answer.text
        assert answer.content.isascii()
        return [json.loads(line) for line in answer.text.splitlines()]

    def run(self, function, *arguments):
        """Call a function in the application's event loop."""
        return self.http.blocking_portal.call(function, *arguments)


@contextmanager
def serving(
    pipeline: StubPipeline | None = None, *, settings: dict | None = None, **contract: object
) -> Iterator[Client]:
    sections = {**(settings or {}), "contracts": {"paddleocr_jobs": contract}}
    with TestClient(application(pipeline or StubPipeline(), **sections), base_url=BASE) as http:
        yield Client(http)


@pytest.fixture
def held() -> StubPipeline:
    pipeline = StubPipeline()
    pipeline.gate = asyncio.Event()
    return pipeline
