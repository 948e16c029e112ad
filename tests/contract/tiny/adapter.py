"""The tests' own contract as the shared suites speak it."""

from collections.abc import Iterator
from typing import ClassVar

import requests

from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Words
from tests.contract.tiny.parsers import PARSERS


class Tiny(Adapter):
    """The body is the file; an error is one word."""

    name = "tiny"
    path = "/tiny"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: ((200, ""),),
        Outcome.UNREADABLE: ((422, "unreadable"),),
        Outcome.TOO_LARGE: ((422, "too large"), (413, "too large")),
        Outcome.REFUSED: ((405, "refused"),),
        Outcome.UNAUTHORIZED: ((401, "key"),),
        Outcome.RATE_LIMITED: ((429, "too often"),),
        Outcome.OVERLOADED: ((503, "busy"),),
        Outcome.TIMED_OUT: ((503, "too slow"), (408, "too slow")),
        Outcome.FAILED: ((500, "failed"),),
    }

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        headers = _headers(key, "application/pdf" if file.is_pdf else "image/png")
        query = {} if words is None else {words.field: words.field, "name": words.name}
        return Call("POST", self.path, {"data": file.data, "headers": headers, "params": query})

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        content = answer.json()
        code = "" if content["ok"] else content["why"]
        return Reply(answer.status_code, code, " ".join(content.get("lines", [])))

    def strangers(self, key: Key) -> Iterator[Call]:
        yield Call("POST", self.path, {"headers": _headers(key, "image/png")})
        yield Call("POST", self.path, {"headers": {"Authorization": f"Bearer {key.secret}"}})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        for content_type in ("image/png", "application/pdf", words.field):
            yield Call("POST", self.path, {"data": words.url.encode(), "headers": _headers(key, content_type)})


def _headers(key: Key | None, content_type: str) -> dict[str, str]:
    return {"Content-Type": content_type} | ({} if key is None else {"X-Tiny-Key": key.secret})


ADAPTER = Tiny()
