"""Against the answers that CapSolver documents; `tests/contract/test_compare.py` has this project's own server."""

import base64
import json

import pytest

from benchmarks.compare.model import Document
from benchmarks.compare.providers import capsolver
from benchmarks.compare.providers.capsolver import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.stand_in import Asked, Said

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
"""The package leaves its connections open."""

READY = {
    "errorId": 0,
    "errorCode": "",
    "errorDescription": "",
    "status": "ready",
    "solution": {"text": "K7 QX2"},
    "taskId": "1",
}


def test_an_image(page: Document) -> None:
    pages, server = ask(PROVIDER, page, lambda _asked: Said(READY), key="env:KEY", module="queueit")
    assert [each.text for each in pages] == ["K7 QX2"]
    (asked,) = server.asked
    sent = json.loads(asked.body)
    assert (asked.path, sent["clientKey"], sent["task"]["module"]) == ("/createTask", "a-key-for-tests", "queueit")
    assert base64.b64decode(sent["task"]["body"]) == page.path.read_bytes()


def test_a_task_that_is_polled(page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capsolver, "POLL_SECONDS", 0)

    def say(asked: Asked) -> Said:
        return Said(READY if len(server_asked) > 2 else {"errorId": 0, "status": "processing", "taskId": "1"})

    server_asked: list[str] = []

    def counted(asked: Asked) -> Said:
        server_asked.append(asked.path)
        return say(asked)

    pages, _ = ask(PROVIDER, page, counted, key="env:KEY")
    assert [each.text for each in pages] == ["K7 QX2"]
    assert server_asked == ["/createTask", "/getTaskResult", "/getTaskResult"]


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "ERROR_CAPTCHA_UNSOLVABLE", "refused"),
        (401, "ERROR_KEY_DENIED_ACCESS", "refused"),
        (429, "ERROR_RATE_LIMIT", "throttled"),
        (503, "ERROR_SERVICE_UNAVALIABLE", "failed"),
        (500, "ERROR_SERVICE_UNAVALIABLE", "failed"),
        (200, "ERROR_ZERO_BALANCE", "failed"),
    ],
)
def test_errors(page: Document, status: int, code: str, outcome: str) -> None:
    content = {"errorId": 1, "errorCode": code, "errorDescription": "said"}
    error, server = ask(PROVIDER, page, lambda _asked: Said(content, status), key="env:KEY")
    assert (error.outcome, error.status, json.loads(error.raw)) == (outcome, status, content)
    assert len(server.asked) == 1


def test_no_json(page: Document) -> None:
    error, _ = ask(PROVIDER, page, lambda _asked: Said(b"no JSON", 502), key="env:KEY")
    assert (error.outcome, error.status, error.raw) == ("failed", 502, b"no JSON")
