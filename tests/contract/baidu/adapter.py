"""Baidu's contract as the shared suites speak it."""

import base64
from collections.abc import Iterator
from typing import ClassVar

import requests

from tests.contract.adapters import Adapter, Call, Fetch, File, Key, Outcome, Reply, Visitor, Words
from tests.contract.baidu.parsers import PARSERS

TOKENS = "/oauth/2.0/token"
PREFIX = "/rest/2.0/ocr/v1/"
APIS = ("general_basic", "accurate_basic", "general", "accurate")
EVERY_FIELD = {
    "detect_direction": "true",
    "detect_language": "true",
    "paragraph": "true",
    "probability": "true",
    "vertexes_location": "true",
    "recognize_granularity": "small",
}
TIMEOUT_SECONDS = 60

READ, EMPTY, BAD_FORMAT, BAD_SIZE = (200, 0), (200, 216200), (200, 216201), (200, 216202)
OTHER_FORMATS = (
    *("plain.webp", "plain.jp2", "plain.ppm", "plain.pam", "plain.pfm", "plain.ras", "plain.gif", "frames.gif"),
    *("plain.tiff", "packed.tiff", "frames.tiff", "webp-called.jpg", "gif-and-zip.gif", "pixels.gif", "pixels.tiff"),
    *("many-frames.gif", "loop.tiff", "loop-of-two.tiff", "chain.tiff"),
)


class Baidu(Adapter):
    """The first of the four APIs; errors come with HTTP status 200, but for those of the token endpoint."""

    name = "baidu"
    path = f"{PREFIX}general_basic"
    parsers = PARSERS
    says: ClassVar = {
        Outcome.READ: (READ,),
        Outcome.UNREADABLE: (BAD_FORMAT, EMPTY),
        Outcome.TOO_LARGE: (BAD_SIZE, (413, "invalid_request")),
        Outcome.REFUSED: (
            *((200, code) for code in (6, 216100, 216101, 216102, 216103, 282110, 282111, 282112, 282113, 282114)),
            (400, "invalid_request"),
            (405, "invalid_request"),
        ),
        Outcome.UNAUTHORIZED: ((200, 110), (200, 100), (200, 14), (401, "invalid_client")),
        Outcome.RATE_LIMITED: ((200, 18),),
        Outcome.OVERLOADED: ((200, 4),),
        # What took too long is an internal error, too.
        Outcome.FAILED: ((200, 216630), (200, 282000), (200, 216634)),
    }
    hostile: ClassVar = {
        **dict.fromkeys(OTHER_FORMATS, (BAD_FORMAT,)),
        **dict.fromkeys(("empty.png", "empty.pdf", "empty.docx"), (EMPTY,)),
        **dict.fromkeys(("one-pixel.png", "thin.png", "long.png"), (BAD_SIZE,)),
        "huge-page.pdf": (READ,),
    }
    other_bodies = (TOKENS,)

    def sign_in(self, url: str, key: Key | None) -> Key | None:
        name, secret = ("key", "secret") if key is None else (key.name, key.secret)
        query = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        answer = requests.get(f"{url}{TOKENS}", params=query, timeout=TIMEOUT_SECONDS)
        assert answer.ok, answer.text
        return Key("access_token", answer.json()["access_token"])

    def call(self, file: File, key: Key | None, words: Words | None = None) -> Call:
        fields = {"pdf_file" if file.is_pdf else "image": _coded(file.data)}
        if words is not None:
            fields |= {"paragraph": "true", "logId": "1", words.field: words.field}
        return Call("POST", self.path, {"data": fields, "params": _query(key)})

    def reply(self, answer: requests.Response, fetch: Fetch) -> Reply:
        content = answer.json()
        lines = [line["words"] for line in content.get("words_result", [])]
        code = content.get("error", content.get("error_code", 0))
        return Reply(answer.status_code, code, " ".join(lines))

    def strangers(self, key: Key) -> Iterator[Call]:
        query = {"grant_type": "client_credentials", "client_id": key.secret, "client_secret": key.secret}
        yield Call("GET", TOKENS, {"params": query})
        yield Call("POST", f"{PREFIX}general", {"params": {"access_token": key.secret}})
        yield Call("POST", self.path, {"data": {"access_token": key.secret}})
        yield Call("POST", self.path, {"headers": {"Authorization": f"Bearer {key.secret}"}})
        signed = f"bce-auth-v1/{key.secret}/2026-01-01T00:00:00Z/1800/host/{key.secret}"
        yield Call("POST", f"{PREFIX}general", {"headers": {"Authorization": signed}})

    def odd_calls(self, key: Key | None, words: Words) -> Iterator[Call]:
        for api in (words.field, "general"):
            yield Call("POST", f"{PREFIX}{api}", {"data": {"url": words.url}, "params": _query(key)})

    def addresses(self, url: str, key: Key | None) -> Iterator[Call]:
        yield Call("POST", self.path, {"data": {"url": url}, "params": _query(key)})

    def tour(self, visitor: Visitor, page: bytes) -> None:
        token = visitor.ask("POST", TOKENS, params={"grant_type": "client_credentials"}).json()
        for api in APIS:
            fields = {"image": _coded(page), **EVERY_FIELD}
            for presented in (token.get("access_token", "none"), "wrong"):
                visitor.ask("POST", f"{PREFIX}{api}", params={"access_token": presented}, data=fields)


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _query(key: Key | None) -> dict[str, str]:
    return {} if key is None else {"access_token": key.secret}


ADAPTER = Baidu()
