"""Words that must not come to light, and the requests that bring them to a server."""

import base64
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import requests
from PIL import Image

from tests.contract.baidu.client import PREFIX
from tests.contract.conftest import PATIENCE_SECONDS, Server, encoded, picture
from tests.unit.server.decode.office import office_samples

NUMBER = "7391548206"
"""Stands on every document; digits, because those are read without fail."""
WORDS = ("quokka-in-a-field", "quokka-as-a-name", "quokka-in-a-file", "quokka-in-an-address", "quokka-as-a-password")
"""What callers write into fields, names of fields and files, damaged files, addresses and passwords."""
FIELD, NAME, DAMAGED, ADDRESS, PASSWORD = WORDS
WRONG_KEY = "quokka-as-a-wrong-key"
KEYS = {
    "token": "wombat-as-a-token-1",
    "baidu": "wombat-as-a-secret-2",
    "complexdocr": "wombat-as-a-password-3",
    "file_task": "wombat-as-a-bearer-4",
    "capsolver": "wombat-as-a-client-5",
    "signing": "wombat-as-a-signing-key-6",
}
SECRETS = (*KEYS.values(), "quokka-as-a-wrong-key")
CONTENT = (NUMBER, *WORDS)
PAGE = encoded(picture(NUMBER))
PIXELS = PAGE[60:100]
"""Bytes of the picture as it was sent."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    method: str
    path: str
    options: dict[str, object]


def send(server: Server, call: Call) -> requests.Response:
    """Make a request."""
    return requests.request(call.method, server.url + call.path, timeout=PATIENCE_SECONDS, **call.options)  # type: ignore[arg-type]


def documents() -> dict[str, bytes]:
    """Files with the number on them, of every kind, and damaged ones that quote a word."""
    pdf = io.BytesIO()
    Image.open(io.BytesIO(PAGE)).convert("RGB").save(pdf, "PDF", title=FIELD)
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    word = office_samples.word(f"Number {NUMBER}")
    return {
        "page.png": PAGE,
        "page.pdf": pdf.getvalue(),
        "page.docx": word,
        "locked.docx": office_samples.locked(word, PASSWORD),
        "cut.png": encoded(noise)[:900] + DAMAGED.encode() * 20,
        "broken.pdf": b"%PDF-1.7\n1 0 obj <</Title (" + DAMAGED.encode() + b")>> endobj\ntrailer << /Root 9 0 R >>",
        "broken.docx": word[:-60] + DAMAGED.encode(),
    }


def calls(token: str) -> Iterator[Call]:
    """Requests with the right keys, good and bad, to every contract.

    Args:
        token: an access token of Baidu's contract.
    """
    own, field = {"Authorization": f"token {KEYS['token']}"}, {FIELD: FIELD, "logId": "1"}
    url = f"http://{ADDRESS}.example.com/{ADDRESS}.png?{ADDRESS}={ADDRESS}"
    for name, data in documents().items():
        coded = base64.b64encode(data).decode()
        kind = int(not name.endswith(".pdf"))
        body = {"file": coded, "fileType": kind, "outputFormats": ["markdown"], **field}
        yield Call("POST", "/ocr", {"json": body, "headers": own})
        fields = {"image" if kind else "pdf_file": coded, "paragraph": "true", **field}
        yield Call("POST", f"{PREFIX}general_basic", {"data": fields, "params": {"access_token": token}})
        document = {"seqid": FIELD, "image": coded, "image_type": 0 if kind else 2, "output_format": 3, **field}
        yield _complex(document)
        form = {"format": "pdf", "password": PASSWORD}
        yield _task({"files": {"image_file": (f"{NAME}-{name}", data)}, "data": form})
        yield _capsolver(coded)
    for value in (FIELD, url, [FIELD], {FIELD: FIELD}, None, 1):
        yield Call("POST", "/ocr", {"json": {"file": value, "fileType": value, FIELD: value}, "headers": own})
        yield _complex({"seqid": value, "image": value, "image_type": 1, "html_escape": value})
    yield Call("POST", "/ocr", {"data": f'{{"file": "{FIELD}', "headers": own})
    yield Call("POST", f"/ocr?{FIELD}={FIELD}", {"files": {FIELD: (NAME, FIELD)}, "headers": own})
    yield Call("POST", f"{PREFIX}{FIELD}", {"data": {"url": url}, "params": {"access_token": token}})
    yield Call("POST", f"{PREFIX}general", {"data": {"url": url}, "params": {"access_token": token}})
    yield _task({"data": {"image_url": url, "language": FIELD}})
    yield _task({"data": {"image_url": url}})
    yield Call("GET", f"/task/{FIELD}", {"headers": {"Authorization": f"Bearer {KEYS['file_task']}"}})
    yield Call("GET", f"/files/{FIELD}/{FIELD}.jpg", {})
    yield Call("GET", f"/{FIELD}?{FIELD}", {"headers": {"User-Agent": FIELD, "X-Request-Id": FIELD, "Referer": url}})


def calls_with_wrong_keys() -> Iterator[Call]:
    """Requests with keys that are none."""
    bearer = {"Authorization": f"Bearer {WRONG_KEY}"}
    yield Call("POST", "/ocr", {"json": {}, "headers": bearer})
    yield Call("GET", "/metrics", {"headers": bearer})
    query = {"grant_type": "client_credentials", "client_id": WRONG_KEY, "client_secret": WRONG_KEY}
    yield Call("GET", "/oauth/2.0/token", {"params": query})
    yield Call("POST", f"{PREFIX}general", {"params": {"access_token": WRONG_KEY}})
    signed = f"bce-auth-v1/{WRONG_KEY}/2026-01-01T00:00:00Z/1800/host/{WRONG_KEY}"
    yield Call("POST", f"{PREFIX}general", {"headers": {"Authorization": signed}})
    headers = {"X-APP-ID": WRONG_KEY, "Authorization": WRONG_KEY}
    yield Call("POST", "/aipaas/ocr/v1/identify/complexDOcr", {"json": {}, "headers": headers})
    yield Call("POST", "/task/pic/ocr", {"headers": bearer})
    yield Call("POST", "/createTask", {"json": {"clientKey": WRONG_KEY, "task": {}}})
    yield Call("POST", "/getBalance", {"json": {"clientKey": WRONG_KEY}})


def found_in(text: str, words: Iterable[str]) -> list[str]:
    """Those of the words that are there."""
    return [word for word in words if word in text]


def found_below(folders: Iterable[Path], words: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Files below some folders that hold one of the words, in their content or in their name."""
    sought = tuple(words)
    found = []
    for path in (path for folder in folders if folder.exists() for path in sorted(folder.rglob("*"))):
        content = path.name.encode() + b"\n"
        if path.is_file() and not path.is_symlink():
            content += path.read_bytes()
        found += [(str(path), word) for word in sought if word in content]
    return found


def _complex(body: dict[str, object]) -> Call:
    headers = {"X-APP-ID": "app", "Authorization": KEYS["complexdocr"]}
    return Call("POST", "/aipaas/ocr/v1/identify/complexDOcr", {"json": body, "headers": headers})


def _task(options: dict[str, object]) -> Call:
    return Call("POST", "/task/pic/ocr", {**options, "headers": {"Authorization": f"Bearer {KEYS['file_task']}"}})


def _capsolver(coded: str) -> Call:
    task = {"type": "ImageToTextTask", "body": coded, "websiteURL": f"http://{ADDRESS}.example.com/", FIELD: FIELD}
    return Call("POST", "/createTask", {"json": {"clientKey": KEYS["capsolver"], "task": task}})
