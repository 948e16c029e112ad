"""A client of the jobs of one server."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import requests

from tests.contract.adapters import Call
from tests.contract.conftest import PATIENCE_SECONDS

CONTRACT = "Jobs"
CREATE, FIND, LIST, DELETE = "POST /jobs", "GET /jobs/{id}", "GET /jobs", "DELETE /jobs/{id}"
PAGES, RESULT, EVENTS = "GET /jobs/{id}/pages", "GET /jobs/{id}/result.{ext}", "GET /jobs/{id}/events"
KEY, WEBHOOK = "Idempotency-Key", "webhook"
FINAL = ("done", "failed", "cancelled")
ASK_SECONDS = 0.05


@dataclass(frozen=True)
class FinishedCall(Call):
    """A request that creates a job, and waits for its end. Its answer is the result, or else the last state."""

    def send(self, url: str, timeout: float, session: requests.Session | None = None) -> requests.Response:
        """Create the job, and get its result."""
        answer = super().send(url, timeout, session)
        if answer.status_code != requests.codes.accepted:
            return answer
        get = requests.get if session is None else session.get
        headers: Mapping[str, str] = self.options.get("headers") or {}
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            state = get(f"{url}/jobs/{answer.json()['id']}", headers=headers, timeout=timeout)
            if state.status_code != requests.codes.ok or state.json()["state"] in FINAL:
                break
            time.sleep(ASK_SECONDS)
        else:
            raise requests.Timeout("the job did not end")
        if state.status_code == requests.codes.ok and state.json()["state"] == "done":
            return get(f"{url}/jobs/{answer.json()['id']}/result.json", headers=headers, timeout=timeout)
        return state


class Client:
    """A client with one key or none."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url
        self.headers = {} if key is None else {"Authorization": f"Bearer {key}"}

    def post(self, file: bytes, name: str = "page.png", key: str | None = None, **fields: str) -> requests.Response:
        """Create a job from a form."""
        headers = self.headers | ({} if key is None else {"Idempotency-Key": key})
        return requests.post(
            f"{self.url}/jobs", files={"file": (name, file)}, data=fields, headers=headers, timeout=PATIENCE_SECONDS
        )

    def job(self, file: bytes, name: str = "page.png", **fields: str) -> str:
        """The id of an accepted job."""
        answer = self.post(file, name, **fields)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f"{self.url}/jobs{path}", headers=self.headers | headers, timeout=PATIENCE_SECONDS)

    def delete(self, job_id: str) -> requests.Response:
        return requests.delete(f"{self.url}/jobs/{job_id}", headers=self.headers, timeout=PATIENCE_SECONDS)

    def state(self, job_id: str) -> dict:
        answer = self.get(f"/{job_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def final(self, job_id: str) -> dict:
        """Ask for a job until it is final."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (state := self.state(job_id))["state"] not in FINAL:
            assert time.monotonic() < end, state
            time.sleep(ASK_SECONDS)
        return state

    def events(self, job_id: str, last: str | None = None) -> Iterator[tuple[str, str, str]]:
        """The events of a job until its end: name, id and data. A comment has an empty name."""
        headers = self.headers | ({} if last is None else {"Last-Event-ID": last})
        url = f"{self.url}/jobs/{job_id}/events"
        with requests.get(url, headers=headers, stream=True, timeout=PATIENCE_SECONDS) as answer:
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith("text/event-stream")
            fields: dict[str, str] = {}
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    yield fields.get("event", ""), fields.get("id", ""), fields.get("data", "")
                    fields = {}
