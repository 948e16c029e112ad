"""PaddleX's document pipelines as the shared suites speak them."""

import base64
from collections.abc import Iterator
from typing import ClassVar

import requests

from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Visitor, Words
from tests.contract.layout_parsing.parsers import PARSERS


class LayoutParsing(Adapter):
    """`POST /layout-parsing`: errors have their HTTP status as code."""

    name = "layout_parsing"
    path = "/layout-parsing"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: ((200, 0),),
        Outcome.UNREADABLE: ((422, 422),),
        Outcome.TOO_LARGE: ((422, 422), (413, 413)),
        Outcome.REFUSED: ((422, 422), (400, 400), (404, 404), (405, 405)),
        Outcome.UNAUTHORIZED: ((401, 401),),
        Outcome.RATE_LIMITED: ((429, 429),),
        Outcome.OVERLOADED: ((503, 503),),
        Outcome.TIMED_OUT: ((503, 503), (408, 408)),
        Outcome.FAILED: ((500, 500),),
    }
    mark_field = "logId"

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        body = {**_body(file), "visualize": False, "logId": file.mark}
        if words is not None:
            body |= {"markdownIgnoreLabels": [words.field], words.field: words.field}
        return Call("POST", self.path, {"json": body, "headers": _headers(key)})

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        content = answer.json()
        pages = content.get("result", {}).get("layoutParsingResults", [])
        lines = [line for page in pages for line in page["prunedResult"]["overall_ocr_res"]["rec_texts"]]
        return Reply(answer.status_code, content["errorCode"], " ".join(lines), content["logId"])

    def strangers(self, key: Key) -> Iterator[Call]:
        for headers in (_headers(key), {"Authorization": f"Bearer {key.secret}"}, {"Authorization": key.secret}):
            yield Call("POST", self.path, {"json": {}, "headers": headers})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        headers = _headers(key)
        for value in (words.field, words.url, [words.field], {words.field: words.field}, None, 1):
            body = {"file": value, "fileType": value, "promptLabel": value, words.field: value}
            yield Call("POST", self.path, {"json": body, "headers": headers})
        yield Call("POST", self.path, {"data": f'{{"file": "{words.field}', "headers": headers})
        form = {words.field: (words.name, words.field)}
        yield Call("POST", f"{self.path}?{words.field}={words.field}", {"files": form, "headers": headers})

    def addresses(self, url: str, key: Key | None) -> Iterator[Call]:
        body = {"file": url, "fileType": 1, "visualize": False}
        yield Call("POST", self.path, {"json": body, "headers": _headers(key)})

    def tour(self, visitor: Visitor, page: bytes) -> None:
        for extra in ({"visualize": False}, {"visualize": True}, {"useChartRecognition": True}):
            visitor.follow(visitor.ask("POST", self.path, json={**_body(File("page.png", page)), **extra}).text)


def _body(file: File) -> dict[str, object]:
    return {"file": base64.b64encode(file.data).decode(), "fileType": int(not file.is_pdf)}


def _headers(key: Key | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"token {key.secret}"}


ADAPTER = LayoutParsing()
