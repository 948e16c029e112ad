"""Against the answers of the contract; `tests/contract/test_compare.py` has this project's own server."""

import pytest

from benchmarks.compare.model import Document
from benchmarks.compare.providers import gptge_task
from benchmarks.compare.providers.gptge_task import PROVIDER
from tests.unit.benchmarks.compare.providers.asking import ask
from tests.unit.benchmarks.compare.stand_in import Asked, Said


def task(state: int, asked: Asked, pages: int = 1) -> Said:
    file = f"http://{asked.headers['host']}/files/1.txt" if state == 1 else ""
    return Said({"status": 200, "data": {"state": state, "task_id": "1", "file": file, "file_pages": pages}})


def test_a_task_that_is_polled(page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gptge_task, "POLL_SECONDS", 0)

    def say(asked: Asked) -> Said:
        if asked.path == "/files/1.txt":
            return Said("出口\n\nGate 7\n".encode())
        return task(4 if asked.method == "POST" else 1, asked)

    pages, server = ask(PROVIDER, page, say, key="env:KEY", language="English")
    assert [each.text for each in pages] == ["出口\nGate 7"]
    assert [(each.method, each.path) for each in server.asked] == [
        ("POST", "/task/pic/ocr"), ("GET", "/task/1"), ("GET", "/files/1.txt"),
    ]  # fmt: skip
    assert [each.headers.get("authorization") for each in server.asked] == ["Bearer a-key-for-tests"] * 2 + [None]
    assert b'name="language"\r\n\r\nEnglish' in server.asked[0].body
    assert page.path.read_bytes() in server.asked[0].body


@pytest.mark.parametrize("text", ["one\n\ntwo\nthree\n", "one\ftwo\nthree\n"])
def test_pages(pdf: Document, text: str) -> None:
    pages, _ = ask(
        PROVIDER, pdf, lambda asked: Said(text.encode()) if asked.path == "/files/1.txt" else task(1, asked, 2)
    )
    assert [each.text for each in pages] == ["one", "two\nthree"]


@pytest.mark.parametrize(("state", "outcome"), [(-7, "refused"), (-5, "refused"), (-8, "timeout"), (-1, "failed")])
def test_a_task_that_ends_badly(page: Document, state: int, outcome: str) -> None:
    error, _ = ask(PROVIDER, page, lambda asked: task(state, asked))
    assert (error.outcome, error.reason) == (outcome, f"The task ended with state {state}.")


def test_a_task_that_does_not_end(page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gptge_task, "POLL_SECONDS", 0)
    error, _ = ask(PROVIDER, page, lambda asked: task(4, asked), timeout_seconds=0.2)
    assert error.outcome == "timeout"
