"""The file task of gpt.ge: a file goes in, a file with its text comes out."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec

from benchmarks.compare.calls import call, http_client
from benchmarks.compare.model import AnswerPage, Document
from benchmarks.compare.pages import page_of_text
from benchmarks.compare.provider import NotAnswered, Outcome, Provider, Reply, Terms

DONE, TIMED_OUT = 1, -8
REFUSED = (-3, -5, -7)
POLL_SECONDS = 1.0
PAGE_ENDS = ("\f", "\n\n")
"""The contract allows both."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it.

    Attributes:
        endpoint: its address without a path.
        key: the reference of the key; empty for none.
        language: names as the service spells them, parted by commas; empty for its default, Chinese.
        files: a further host from which results are fetched, where it is not the endpoint's.
    """

    endpoint: str = "https://api.gpt.ge"
    key: str = ""
    language: str = ""
    files: str = ""


class FileTask:
    """A client of one service."""

    def __init__(self, client: httpx.Client, settings: Settings, terms: Terms, headers: dict[str, str]) -> None:
        self._client = client
        self._endpoint = settings.endpoint.rstrip("/")
        self._fields = {"format": "txt", **({"language": settings.language} if settings.language else {})}
        self._terms = terms
        self._headers = headers

    def read(self, document: Document, content: bytes) -> Reply:
        """Send a document, wait for its task, and fetch the text."""
        end = time.monotonic() + self._terms.timeout_seconds
        name = f"document{document.path.suffix.lower()}"
        reply = call(
            self._client, "POST", f"{self._endpoint}/task/pic/ocr",
            data=self._fields, files={"image_file": (name, content)}, headers=self._headers,
        )  # fmt: skip
        task = _task(reply)
        while task["state"] != DONE:
            if task["state"] < 0:
                raise _ended(task["state"], reply)
            if time.monotonic() > end:
                raise NotAnswered("timeout", "The task did not end in time.", reply.status, reply.raw)
            time.sleep(POLL_SECONDS)
            self._terms.pace()
            reply = call(self._client, "GET", f"{self._endpoint}/task/{task['task_id']}", headers=self._headers)
            task = _task(reply)
        text = call(self._client, "GET", task["file"])  # without the key, as the service documents
        kept = {"task": task, "text": text.raw.decode("utf-8", "replace")}
        return Reply(json.dumps(kept, ensure_ascii=False).encode(), reply.status)


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[FileTask]:
    """Open a client."""
    headers = {"Authorization": f"Bearer {terms.secret(settings.key)}"} if settings.key else {}
    with http_client(terms.timeout_seconds) as client:
        yield FileTask(client, settings, terms, headers)


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The pages of a kept answer. Where the text cannot be parted into as many pages, all of it is on the first."""
    kept = json.loads(raw)
    text, pages = kept["text"], kept["task"]["file_pages"]
    parted = [parts for end in PAGE_ENDS if len(parts := text.split(end)) == pages]
    return tuple(page_of_text(number, page) for number, page in enumerate(parted[0] if parted else [text], 1))


def _task(reply: Reply) -> dict[str, Any]:
    try:
        task: dict[str, Any] = json.loads(reply.raw)["data"]
        numbers = {name: int(task.get(name, 1)) for name in ("state", "file_pages")}
        return {**numbers, "task_id": str(task["task_id"]), "file": str(task.get("file", ""))}
    except (ValueError, LookupError, TypeError) as error:
        raise NotAnswered("failed", "The answer is no task.", reply.status, reply.raw) from error


def _ended(state: int, reply: Reply) -> NotAnswered:
    outcome: Outcome = "refused" if state in REFUSED else "timeout" if state == TIMED_OUT else "failed"
    return NotAnswered(outcome, f"The task ended with state {state}.", reply.status, reply.raw)


PROVIDER = Provider(
    Settings,
    lambda settings: settings.endpoint,
    connect,
    understand,
    also=lambda settings: (settings.files,) if settings.files else (),
)
