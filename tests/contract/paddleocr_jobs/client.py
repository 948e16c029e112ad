"""A client of PaddleOCR's job API on one server."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import requests

from tests.contract.adapters import Call
from tests.contract.conftest import PATIENCE_SECONDS

CONTRACT = "PaddleOCR job API"
SUBMIT, FIND, BATCH = "POST /api/v2/ocr/jobs", "GET /api/v2/ocr/jobs/{jobId}", "GET /api/v2/ocr/jobs/batch/{batchId}"
RESULT, PICTURES, MARKDOWN = "resultUrl.jsonUrl", "pictures", "resultUrl.markdownUrl"
JOBS = "/api/v2/ocr/jobs"
FINAL = ("done", "failed")
ASK_SECONDS = 0.05


@dataclass(frozen=True)
class FinishedCall(Call):
    """A request that submits a document, and waits for its job's end. Its answer is the JSON lines, or the state."""

    def send(self, url: str, timeout: float, session: requests.Session | None = None) -> requests.Response:
        """Submit the document, and get its result."""
        answer = super().send(url, timeout, session)
        if answer.status_code != requests.codes.ok:
            return answer
        get = requests.get if session is None else session.get
        headers: Mapping[str, str] = self.options.get("headers") or {}
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            state = get(f"{url}{JOBS}/{answer.json()['data']['jobId']}", headers=headers, timeout=timeout)
            if state.status_code != requests.codes.ok or state.json()["data"]["state"] in FINAL:
                break
            time.sleep(ASK_SECONDS)
        else:
            raise requests.Timeout("the job did not end")
        if state.status_code == requests.codes.ok and state.json()["data"]["state"] == "done":
            return get(state.json()["data"]["resultUrl"]["jsonUrl"], timeout=timeout)
        return state


class Client:
    """A client with one token or none."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.url = url
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def post(self, file: bytes, name: str = "page.png", **fields: str) -> requests.Response:
        """Submit a file in a form."""
        return requests.post(
            f"{self.url}{JOBS}",
            files={"file": (name, file)},
            data=fields,
            headers=self.headers,
            timeout=PATIENCE_SECONDS,
        )

    def job(self, file: bytes, name: str = "page.png", **fields: str) -> str:
        """The id of a job that was taken."""
        answer = self.post(file, name, **fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["jobId"])

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}{JOBS}{path}", headers=self.headers, timeout=PATIENCE_SECONDS)

    def state(self, job_id: str) -> dict:
        answer = self.get(f"/{job_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["data"])

    def final(self, job_id: str) -> dict:
        """Ask for a job until it is final."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (state := self.state(job_id))["state"] not in FINAL:
            assert time.monotonic() < end, state
            time.sleep(ASK_SECONDS)
        return state

    def lines(self, file: bytes, name: str = "page.png", **fields: str) -> list[dict]:
        """The pages of a document, from its JSON lines."""
        state = self.final(self.job(file, name, **fields))
        assert state["state"] == "done", state
        return lines_of(state)


def follow(url: str) -> requests.Response:
    """Follow a link, as clients do: without the token."""
    return requests.get(url, timeout=PATIENCE_SECONDS)


def lines_of(state: dict) -> list[dict]:
    """The JSON lines of a finished job."""
    answer = follow(state["resultUrl"]["jsonUrl"])
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]
