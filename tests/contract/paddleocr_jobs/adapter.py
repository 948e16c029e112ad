"""PaddleOCR's job API as the shared suites speak it: a document is submitted, waited for, and its lines are fetched."""

import json
from collections.abc import Iterator
from typing import ClassVar

import requests

from server.contracts.paddleocr_jobs.errors import DAMAGED, FAILURES, LOCKED
from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Visitor, Words
from tests.contract.paddleocr_jobs.client import FinishedCall
from tests.contract.paddleocr_jobs.parsers import PARSERS

UNKNOWN = f"ocrjob-{'0' * 32}"
EMPTY = ("empty.png", "empty.pdf", "empty.docx")
NO_KIND = (
    "byte.png", "flipped-magic.png", "flipped-magic.pdf", "picture.svg", "laughs.svg", "page.html", "program.exe",
    "program.elf", "sound.wav", "photo.heic", "archive.zip", "noise.bin", "zeros.bin", "text.txt", "plain.docx",
    "half.docx", "zip-called.docx", "locked.docx", "lying.docx", "bloated.docx", "laughs.docx", "many-members.docx",
    "entity.docx",
)  # fmt: skip
FIRST_PAGES = "1-10"
"""As many as the other contracts read of a document of thousands of pages."""
WORDS = {**{message: word for word, message in FAILURES.items()}, DAMAGED: "damaged", LOCKED: "encrypted"}
READ, UNREADABLE, STRANGE = (200, 0), (200, "damaged"), (400, 10004)


class PaddleOcrJobs(Adapter):
    """A bad request is answered by a code, a bad document by the message of its job."""

    name = "paddleocr_jobs"
    path = "/api/v2/ocr/jobs"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: (READ,),
        Outcome.UNREADABLE: (UNREADABLE, STRANGE, (400, 10001), (200, "encrypted")),
        Outcome.TOO_LARGE: ((200, "too_big"), (400, 10003)),
        Outcome.REFUSED: (
            (400, 10008),
            (400, 10002),
            (400, 10007),
            (200, "download"),
            (404, 11001),
            (404, 404),
            (405, 405),
        ),
        Outcome.UNAUTHORIZED: ((401, 401),),
        Outcome.OVERLOADED: ((503, 503), (400, 10010)),
        Outcome.RATE_LIMITED: ((429, 12002),),
        Outcome.TIMED_OUT: ((200, "timeout"), (408, 408)),
        Outcome.FAILED: ((200, "failed"), (200, "storage"), (500, 500)),
    }
    hostile: ClassVar = {
        **dict.fromkeys(("png-called.pdf", "pdf-called.png", "png-and-pdf.pdf"), (READ,)),
        "locked.pdf": ((200, "encrypted"),),
        # These are refused at once.
        **dict.fromkeys(EMPTY, ((400, 10001),)),
        **dict.fromkeys(NO_KIND, (STRANGE,)),
    }
    pages_of_request = 0  # its pages are read after its answer

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        name = file.name if words is None else f"{words.name}-{file.name}"
        form = {"model": "PP-OCRv6", "pageRanges": FIRST_PAGES}
        if words is not None:
            form |= {"batchId": words.field, "extraFormats": words.field, words.field: words.field}
            form["optionalPayload"] = json.dumps({words.field: words.field, "password": words.password})
        return FinishedCall(
            "POST", self.path, {"files": {"file": (name, file.data)}, "data": form, "headers": _headers(key)}
        )

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        lines = answer.text.split("\n")
        content = json.loads(lines[0])
        if "errorCode" in content:
            pages = [page for line in lines if line for page in json.loads(line)["result"]["ocrResults"]]
            texts = [text for page in pages for text in page["prunedResult"]["rec_texts"]]
            return Reply(answer.status_code, content["errorCode"], " ".join(texts))
        message = content["data"].get("errorMsg", "")
        if content["code"] or "state" not in content["data"]:
            return Reply(answer.status_code, content["code"])
        return Reply(answer.status_code, WORDS.get(message, "too_big" if "exceed" in message else message))

    def strangers(self, key: Key) -> Iterator[Call]:
        for headers in ({"Authorization": f"Bearer {key.secret}"}, {"Authorization": key.secret}, {}):
            yield Call("POST", self.path, {"headers": headers})
            for path in (UNKNOWN, "batch/a"):
                yield Call("GET", f"{self.path}/{path}", {"headers": headers})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        headers = _headers(key)
        for field in ("model", "optionalPayload", "pageRanges", "batchId", "fileUrl"):
            fields = {"fileUrl": words.url, field: words.field}
            yield Call("POST", self.path, {"json": fields, "headers": headers})
        options = {"textDetLimitType": words.field}
        yield Call("POST", self.path, {"json": {"fileUrl": words.url, "optionalPayload": options}, "headers": headers})
        for path in (words.field, f"batch/{words.field}", f"../files/{words.field}/{words.field}/1/{words.field}.jpg"):
            yield Call("GET", f"{self.path}/{path}", {"headers": headers})

    def addresses(self, url: str, key: Key | None) -> Iterator[Call]:
        yield FinishedCall("POST", self.path, {"json": {"fileUrl": url, "model": "PP-OCRv6"}, "headers": _headers(key)})

    def tour(self, visitor: Visitor, page: bytes) -> None:
        for model in ("PP-OCRv5", "PP-StructureV3"):
            form = {"model": model, "batchId": "tour"}
            answer = visitor.ask("POST", self.path, files={"file": ("b.png", page)}, data=form)
            job_id = answer.json()["data"].get("jobId", UNKNOWN)
            state = {"state": "pending"}
            while state["state"] in ("pending", "running"):
                state = visitor.ask("GET", f"{self.path}/{job_id}").json()["data"]
            visitor.follow(json.dumps(state))
            lines = requests.get(state["resultUrl"]["jsonUrl"], timeout=60)
            visitor.follow(lines.text)
        visitor.ask("GET", f"{self.path}/batch/tour")
        visitor.ask("GET", "/api/v2/ocr/files/none/none/1/none.jpg")


def _headers(key: Key | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"bearer {key.secret}"}


ADAPTER = PaddleOcrJobs()
