"""CapSolver's contract as the shared suites speak it."""

import base64
from collections.abc import Iterator
from typing import ClassVar

import requests

from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Visitor, Words
from tests.contract.capsolver.parsers import PARSERS

ANY_KEY = Key("any", "any-key")
"""The contract wants one also where the server has none."""

READ, BAD_IMAGE, BAD_SIZE = (200, ""), (400, "ERROR_PARSE_IMAGE_FAIL"), (400, "ERROR_INVALID_IMAGE")
UNSOLVABLE, INVALID_TASK = (400, "ERROR_CAPTCHA_UNSOLVABLE"), (400, "ERROR_INVALID_TASK_DATA")
UNAVAILABLE = "ERROR_SERVICE_UNAVALIABLE"
OTHER_FORMATS = (
    *("plain.jp2", "plain.ppm", "plain.pam", "plain.pfm", "plain.ras", "plain.tiff", "packed.tiff", "frames.tiff"),
    *("pixels.tiff", "loop.tiff", "loop-of-two.tiff", "chain.tiff", "plain.pdf", "three.pdf", "tail.pdf", "front.pdf"),
    *("huge-page.pdf", "many-pages.pdf", "looping-table.pdf", "looping-pages.pdf", "drawing-itself.pdf"),
    *("unpacking.pdf", "nested.pdf", "deep-lists.pdf", "picture-bomb.pdf", "script.pdf", "program.pdf"),
)


class CapSolver(Adapter):
    """A task of ``ImageToTextTask``. A picture without text is an error of its own."""

    name = "capsolver"
    path = "/createTask"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: (READ,),
        Outcome.UNREADABLE: (BAD_IMAGE, INVALID_TASK),
        Outcome.TOO_LARGE: (BAD_SIZE,),
        Outcome.REFUSED: (
            UNSOLVABLE,
            *((400, f"ERROR_{name}") for name in ("BAD_REQUEST", "TASK_NOT_SUPPORTED", "TASKID_INVALID")),
            *((status, "ERROR_BAD_REQUEST") for status in (404, 405)),
        ),
        Outcome.UNAUTHORIZED: ((401, "ERROR_KEY_DENIED_ACCESS"),),
        Outcome.RATE_LIMITED: ((429, "ERROR_RATE_LIMIT"),),
        Outcome.OVERLOADED: ((503, UNAVAILABLE),),
        Outcome.TIMED_OUT: ((400, "ERROR_TASK_TIMEOUT"),),
        Outcome.FAILED: ((500, UNAVAILABLE),),
    }
    hostile: ClassVar = {
        **dict.fromkeys(OTHER_FORMATS, (BAD_IMAGE,)),
        **dict.fromkeys(("half.jpg", "flipped-scan.jpg", "jpeg-then-png.jpg"), (READ, UNSOLVABLE)),
        **dict.fromkeys(("empty.png", "empty.pdf", "empty.docx"), (INVALID_TASK,)),
        **dict.fromkeys(("png-called.pdf", "png-and-pdf.pdf"), (READ,)),
        **dict.fromkeys(("one-pixel.png", "thin.png", "blank.png"), (UNSOLVABLE,)),
        "unpacking.png": (UNSOLVABLE, BAD_IMAGE),
        "long.png": (BAD_SIZE,),
    }
    other_bodies = ("/getTaskResult", "/getBalance")

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        task = {"type": "ImageToTextTask", "body": base64.b64encode(file.data).decode()}
        if words is not None:
            task |= {"websiteURL": words.url, words.field: words.field}
        return _post(self.path, key, task=task)

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        content = answer.json()
        return Reply(answer.status_code, content["errorCode"], content.get("solution", {}).get("text", ""))

    def strangers(self, key: Key) -> Iterator[Call]:
        for path, fields in ((self.path, {"task": {}}), ("/getTaskResult", {"taskId": "0"}), ("/getBalance", {})):
            yield _post(path, key, **fields)
        yield Call("POST", "/getBalance", {"json": {"ClientKey": key.secret}})
        yield Call("POST", "/getBalance", {"json": {}, "headers": {"Authorization": f"Bearer {key.secret}"}})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        for value in (words.field, words.url, [words.field], {words.field: words.field}):
            yield _post(self.path, key, task=value)
            yield _post("/getTaskResult", key, taskId=value)

    def tour(self, visitor: Visitor, page: bytes) -> None:
        task = {"type": "ImageToTextTask", "body": base64.b64encode(page).decode(), "module": "common"}
        task["websiteURL"] = "http://documents.example.com/a.png"
        made = visitor.ask("POST", self.path, json={"clientKey": "any", "task": task}).json()
        visitor.ask("POST", "/getTaskResult", json={"clientKey": "any", "taskId": made.get("taskId", "none")})
        visitor.ask("POST", "/getBalance", json={"clientKey": "any"})


def _post(path: str, key: Key | None, **fields: object) -> Call:
    return Call("POST", path, {"json": {"clientKey": (key or ANY_KEY).secret, **fields}})


ADAPTER = CapSolver()
