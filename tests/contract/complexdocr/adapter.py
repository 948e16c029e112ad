"""China Mobile's contract as the shared suites speak it."""

import base64
from collections.abc import Iterator
from typing import ClassVar

import requests

from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Visitor, Words
from tests.contract.complexdocr.parsers import PARSERS

READ, MISSING, WRONG_TYPE, OUT_OF_RANGE = (200, "10000"), (200, "10301"), (200, "10304"), (200, "10305")
OTHER_FORMATS = (
    *("plain.bmp", "plain.webp", "plain.jp2", "plain.ppm", "plain.pam", "plain.pfm", "plain.ras", "plain.gif"),
    *("frames.gif", "plain.tiff", "packed.tiff", "frames.tiff", "flipped-pixel.bmp", "webp-called.jpg"),
    *("gif-and-zip.gif", "pixels.bmp", "pixels.gif", "pixels.tiff", "many-frames.gif", "loop.tiff"),
    *("loop-of-two.tiff", "chain.tiff"),
)


class ComplexDocument(Adapter):
    """`complexDOcr`: most errors come with HTTP status 200."""

    name = "complexdocr"
    path = "/aipaas/ocr/v1/identify/complexDOcr"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: (READ,),
        Outcome.UNREADABLE: (WRONG_TYPE, MISSING),
        Outcome.TOO_LARGE: (OUT_OF_RANGE,),
        Outcome.REFUSED: ((404, "10304"), (405, "10304")),
        Outcome.UNAUTHORIZED: ((401, "10401"),),
        Outcome.RATE_LIMITED: ((429, "10903"),),
        Outcome.OVERLOADED: ((503, "10903"),),
        Outcome.TIMED_OUT: ((200, "10503"), (408, "10503")),
        Outcome.FAILED: ((200, "10903"),),
    }
    hostile: ClassVar = {
        **dict.fromkeys(OTHER_FORMATS, (WRONG_TYPE,)),
        **dict.fromkeys(("empty.png", "empty.pdf", "empty.docx"), (MISSING,)),
        **dict.fromkeys(("one-pixel.png", "thin.png", "many-pages.pdf"), (OUT_OF_RANGE,)),
    }
    mark_field = "seqid"

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        body = {"seqid": file.mark, "image": _coded(file.data), "image_type": 2 if file.is_pdf else 0}
        if words is not None:
            body |= {"output_format": 3, "logId": "1", words.field: words.field}
        return self._post(body, key)

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        content = answer.json()
        text = " ".join(content["data"]["words_result"])
        return Reply(answer.status_code, content["code"], text, content["seqid"])

    def strangers(self, key: Key) -> Iterator[Call]:
        headers = {"X-APP-ID": key.secret, "Authorization": key.secret}
        for left_out in (None, *headers):
            sent = {name: value for name, value in headers.items() if name != left_out}
            yield Call("POST", self.path, {"json": {}, "headers": sent})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        for value in (words.field, words.url, [words.field], {words.field: words.field}, None, 1):
            # A text as seqid is the caller's own mark, which the log may hold.
            seqid = "1" if isinstance(value, str) else value
            yield self._post({"seqid": seqid, "image": value, "image_type": 1, "html_escape": value}, key)

    def addresses(self, url: str, key: Key | None) -> Iterator[Call]:
        for image_type in (1, 3):
            yield self._post({"seqid": "1", "image": url, "image_type": image_type}, key)

    def tour(self, visitor: Visitor, page: bytes) -> None:
        for output_format in (0, 1, 3):
            body = {"seqid": "1", "image": _coded(page), "output_format": output_format, "generate_image": True}
            visitor.follow(visitor.ask("POST", self.path, json=body).text)

    def _post(self, body: dict[str, object], key: Key | None) -> Call:
        headers = {} if key is None else {"X-APP-ID": key.name, "Authorization": key.secret}
        return Call("POST", self.path, {"json": body, "headers": headers})


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


ADAPTER = ComplexDocument()
