"""The file tasks as the shared suites speak them: one is created, waited for, and its result fetched."""

from collections.abc import Iterator
from typing import ClassVar

import requests

from server.contracts.file_task.request import FORMATS
from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Visitor, Words
from tests.contract.file_task.parsers import PARSERS
from tests.unit.server.decode.office import office_samples

READ, UNREADABLE, TOO_BIG = (200, 1), (200, -7), (200, -5)


class FileTask(Adapter):
    """A bad request is answered by an HTTP status, a bad document by the state of its task."""

    name = "file_task"
    path = "/task/pic/ocr"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: (READ,),
        Outcome.UNREADABLE: (UNREADABLE,),
        Outcome.TOO_LARGE: (TOO_BIG, (413, 413)),
        Outcome.REFUSED: ((400, 400), (200, -3), (404, 404), (405, 405)),
        Outcome.UNAUTHORIZED: ((401, 401),),
        Outcome.OVERLOADED: ((429, 429), (503, 503)),
        Outcome.RATE_LIMITED: ((429, 429),),
        # Not yet done when the wait for it was over.
        Outcome.TIMED_OUT: ((200, -8), (200, 0), (200, 4), (408, 408)),
        Outcome.FAILED: ((200, -1), (200, -2), (500, 500)),
    }
    hostile: ClassVar = {
        **dict.fromkeys(("plain.docx", "png-called.pdf", "pdf-called.png", "png-and-pdf.pdf"), (READ,)),
        **dict.fromkeys(("chain.tiff", "many-pages.pdf"), (TOO_BIG,)),
    }
    any_port = False

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        name = file.name if words is None else f"{words.name}-{file.name}"
        form = {} if words is None else {"format": "pdf", "password": words.password}
        return self._post(key, files={"image_file": (name, file.data)}, data=form)

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        content = answer.json()
        task = content["data"]
        if task is None:
            return Reply(answer.status_code, content["status"])
        if not task["file"]:
            return Reply(answer.status_code, task["state"])
        result = fetch(task["file"])
        if result.status_code != requests.codes.ok:
            return Reply(result.status_code, result.json()["status"])
        return Reply(answer.status_code, task["state"], result.text)

    def strangers(self, key: Key) -> Iterator[Call]:
        for headers in ({"Authorization": f"Bearer {key.secret}"}, {"Authorization": key.secret}, {}):
            yield Call("POST", self.path, {"headers": headers})
            yield Call("GET", "/task/00000000-0000-4000-8000-000000000000", {"headers": headers})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        yield self._post(key, data={"image_url": words.url, "language": words.field})
        yield self._post(key, data={"image_url": words.url})
        yield Call("GET", f"/task/{words.field}", {"headers": _headers(key)})

    def addresses(self, url: str, key: Key | None) -> Iterator[Call]:
        yield self._post(key, data={"image_url": url})

    def tour(self, visitor: Visitor, page: bytes) -> None:
        documents = {"a.docx": office_samples.word("Gate 7"), "b.png": page}
        for name, data in documents.items():
            for form in FORMATS if name == "b.png" else ("txt",):
                answer = visitor.ask("POST", self.path, files={"image_file": (name, data)}, data={"format": form})
                task = answer.json().get("data") or {}
                visitor.ask("GET", f"/task/{task.get('task_id', 'none')}")
                visitor.follow(answer.text)
        visitor.ask("GET", "/task/files/none/none.txt")

    def _post(self, key: Key | None, **options: object) -> Call:
        return Call("POST", self.path, {**options, "headers": _headers(key)})


def _headers(key: Key | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"Bearer {key.secret}"}


ADAPTER = FileTask()
