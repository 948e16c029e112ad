"""The ImageToTextTask of CapSolver, through CapSolver's own package."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from benchmarks.compare.calls import need, unreachable
from benchmarks.compare.model import AnswerPage, Document
from benchmarks.compare.pages import page_of_text
from benchmarks.compare.provider import NotAnswered, Provider, Reply, Terms, images_only, outcome_of

POLL_SECONDS = 1.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a plan says of it: the reference of the key, and which module of the service reads."""

    key: str
    endpoint: str = "https://api.capsolver.com"
    module: str = "common"


class CapSolver:
    """A client with one key."""

    def __init__(self, sdk: Any, settings: Settings, key: str, terms: Terms) -> None:
        self._sdk = sdk
        self._settings = settings
        self._key = key
        self._terms = terms

    def read(self, _document: Document, content: bytes) -> Reply:
        """Send an image, and wait for its text."""
        end = time.monotonic() + self._terms.timeout_seconds
        task = {"type": "ImageToTextTask", "module": self._settings.module, "body": base64.b64encode(content).decode()}
        answer = self._call("/createTask", {"task": task})
        while answer.get("status") in ("idle", "processing"):
            if time.monotonic() > end:
                raise NotAnswered("timeout", "The task did not end in time.", 200, json.dumps(answer).encode())
            time.sleep(POLL_SECONDS)
            self._terms.pace()
            answer = self._call("/getTaskResult", {"taskId": answer["taskId"]})
        return Reply(json.dumps(answer, ensure_ascii=False).encode(), 200)

    def _call(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        import capsolver
        from capsolver.error import CapsolverError

        try:
            answer = self._sdk.request("post", path, fields, request_timeout=self._terms.timeout_seconds)
        except capsolver.Timeout as error:
            raise NotAnswered("timeout", "No answer came within the time that the plan allows.") from error
        except capsolver.APIError as error:
            if error.http_status is None:
                raise unreachable(self._settings.endpoint, error) from error
            raise _refused(error) from error
        except CapsolverError as error:
            raise _refused(error) from error
        except KeyError as error:
            raise NotAnswered("failed", "The answer has not the documented form.") from error
        if isinstance(answer, CapsolverError):
            raise _refused(answer)
        return dict(answer)


@contextmanager
def connect(settings: Settings, terms: Terms) -> Iterator[CapSolver]:
    """Open a client."""
    try:
        from capsolver.capsolver_object import CapsolverObject
    except ModuleNotFoundError as error:
        raise need(error.name or "capsolver", "compare-capsolver") from error
    key = terms.secret(settings.key)
    yield CapSolver(CapsolverObject(api_key=key, api_base=settings.endpoint.rstrip("/")), settings, key, terms)


def understand(raw: bytes) -> tuple[AnswerPage, ...]:
    """The one page of an answer. Its lines come in one line, because the contract carries no line ends."""
    return (page_of_text(1, json.loads(raw)["solution"]["text"]),)


def _refused(error: Any) -> NotAnswered:
    status = error.http_status
    body = error.http_body or b""
    raw = body if isinstance(body, bytes) else str(body).encode()
    code = (error.json_body or {}).get("errorCode", "") if isinstance(error.json_body, dict) else ""
    outcome = outcome_of(status) if status and status >= 400 else "failed"
    return NotAnswered(outcome, f"The provider answered with error {str(code)[:40] or status}.", status, raw)


PROVIDER = Provider(
    Settings,
    lambda settings: settings.endpoint,
    connect,
    understand,
    refusal=images_only,
    packages=("capsolver",),
)
