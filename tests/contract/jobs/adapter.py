"""Jobs as the shared suites speak them: one is created, waited for, and its result fetched."""

from collections.abc import Iterator
from typing import ClassVar

import requests

from server.contracts.jobs.formats import EXTENSIONS, NAMES
from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Visitor, Words
from tests.contract.jobs.client import FINAL, FinishedCall
from tests.contract.jobs.parsers import PARSERS
from tests.unit.server.decode.office import office_samples

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NO_KIND = (
    "byte.png", "empty.png", "empty.pdf", "empty.docx", "flipped-magic.png", "flipped-magic.pdf", "picture.svg",
    "laughs.svg", "page.html", "program.exe", "program.elf", "sound.wav", "photo.heic", "archive.zip", "noise.bin",
    "zeros.bin", "text.txt",
)  # fmt: skip
FIRST_PAGES = "1-10"
"""As many as the other contracts read of a document of thousands of pages."""
READ, DAMAGED, REFUSED = (200, 0), (200, "damaged"), (422, 422)


class Jobs(Adapter):
    """A bad request is answered by an HTTP status, a bad document by the reason of its job."""

    name = "jobs"
    path = "/jobs"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: (READ,),
        Outcome.UNREADABLE: (DAMAGED, REFUSED, (200, "encrypted"), (200, "unsupported"), (200, "wrong_file_type")),
        Outcome.TOO_LARGE: ((200, "too_many_pixels"), (413, 413), REFUSED, (200, "too_large")),
        Outcome.REFUSED: (REFUSED, (400, 400), (404, 404), (405, 405)),
        Outcome.UNAUTHORIZED: ((401, 401),),
        Outcome.OVERLOADED: ((503, 503), (429, 429)),
        Outcome.RATE_LIMITED: ((429, 429),),
        Outcome.TIMED_OUT: ((200, "timeout"), (503, 503), (408, 408)),
        Outcome.FAILED: ((200, "internal"), (200, "storage"), (500, 500)),
    }
    hostile: ClassVar = {
        **dict.fromkeys(("plain.docx", "png-called.pdf", "pdf-called.png", "png-and-pdf.pdf"), (READ,)),
        **dict.fromkeys(("locked.pdf", "locked.docx"), ((200, "encrypted"),)),
        # These are refused at once, because they are empty or of no kind that is read.
        **dict.fromkeys(NO_KIND, (REFUSED,)),
    }
    mark_field = "logId"
    pages_of_request = 0  # its pages are read after its answer

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        name = file.name if words is None else f"{words.name}-{file.name}"
        form = {"logId": file.mark, "pages": FIRST_PAGES}
        if words is not None:
            form |= {"outputFormats": "json,text,pdf", "password": words.password, words.field: words.field}
        return FinishedCall(
            "POST", self.path, {"files": {"file": (name, file.data)}, "data": form, "headers": _headers(key)}
        )

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        content = answer.json()
        if "errorCode" not in content:
            assert content["state"] in FINAL, content
            return Reply(answer.status_code, content["error"]["reason"])
        pages = content.get("result", {}).get("ocrResults", [])
        lines = [line for page in pages for line in page["prunedResult"]["rec_texts"]]
        return Reply(answer.status_code, content["errorCode"], " ".join(lines), content["logId"] if pages else None)

    def strangers(self, key: Key) -> Iterator[Call]:
        for headers in ({"Authorization": f"Bearer {key.secret}"}, {"Authorization": key.secret}, {}):
            yield Call("POST", self.path, {"headers": headers})
            for path in ("", f"/{UNKNOWN}", f"/{UNKNOWN}/pages", f"/{UNKNOWN}/events", f"/{UNKNOWN}/result.json"):
                yield Call("GET", f"{self.path}{path}", {"headers": headers})
            yield Call("DELETE", f"{self.path}/{UNKNOWN}", {"headers": headers})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        headers = _headers(key)
        for field in ("file", "pages", "webhook", "preset", "outputFormats"):
            yield Call("POST", self.path, {"json": {"file": "QUJD", field: words.field}, "headers": headers})
        yield Call("POST", self.path, {"json": {"file": words.url}, "headers": headers})
        yield Call("POST", self.path, {"json": {"file": "QUJD", "webhook": words.url + " "}, "headers": headers})
        yield Call("GET", f"{self.path}/{words.field}", {"headers": headers})
        yield Call("GET", f"{self.path}/{UNKNOWN}/{words.field}", {"headers": headers})
        for query in (f"state={words.field}", f"after={words.field}"):
            yield Call("GET", f"{self.path}?{query}", {"headers": headers})

    def addresses(self, url: str, key: Key | None) -> Iterator[Call]:
        yield FinishedCall("POST", self.path, {"json": {"file": url, "fileType": 1}, "headers": _headers(key)})

    def tour(self, visitor: Visitor, page: bytes) -> None:
        for name, data in {"a.docx": office_samples.word("Gate 7"), "b.png": page}.items():
            form = {"outputFormats": ",".join(NAMES) if name == "b.png" else "json", "diagnostics": "true"}
            answer = visitor.ask("POST", self.path, files={"file": (name, data)}, data=form)
            job_id = answer.json().get("id", UNKNOWN)
            visitor.ask("GET", f"{self.path}/{job_id}/events")
            for path in ("", "/pages?from=1", *(f"/result.{extension}" for extension in EXTENSIONS)):
                visitor.ask("GET", f"{self.path}/{job_id}{path}")
            visitor.ask("GET", f"{self.path}?state=done&after={job_id}")
            visitor.ask("DELETE", f"{self.path}/{job_id}")


def _headers(key: Key | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"Bearer {key.secret}"}


ADAPTER = Jobs()
