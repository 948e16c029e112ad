"""Words that must not come to light, and the requests that bring them to a server."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import requests
from PIL import Image

from tests.contract.adapters import Adapter, Call, File, Key, Words, adapters
from tests.contract.conftest import PATIENCE_SECONDS, Server, encoded, picture
from tests.unit.server.decode.office import office_samples

NUMBER = "7391548206"
"""Stands on every document; digits, because those are read without fail."""
MARK = "quokka-as-a-mark"
"""Callers call their requests so. Answers and the log say it, for requests to be found again."""
FIELD, NAME, DAMAGED, ADDRESS, PASSWORD = (
    "quokka-in-a-field",
    "quokka-as-a-name",
    "quokka-in-a-file",
    "quokka-in-an-address",
    "quokka-as-a-password",
)
"""Callers write these into fields, names of fields and files, damaged files, addresses and passwords."""
URL = f"http://{ADDRESS}.example.com/{ADDRESS}.png?{ADDRESS}={ADDRESS}"
WORDS = Words(field=FIELD, name=NAME, url=URL, password=PASSWORD)
WRONG_KEY = Key("quokka-as-a-wrong-name", "quokka-as-a-wrong-key")
SIGNING_KEY = "wombat-as-a-signing-key"
KEYS = {
    contract.name: Key(f"caller-of-{contract.name}", f"wombat-as-a-key-of-{contract.name}") for contract in adapters()
}
"""By contract."""
SECRETS = (*(key.secret for key in KEYS.values()), SIGNING_KEY, WRONG_KEY.secret)
CONTENT = (NUMBER, FIELD, NAME, DAMAGED, ADDRESS, PASSWORD)
PAGE = encoded(picture(NUMBER))
PIXELS = PAGE[60:100]
"""Bytes of the picture as it was sent."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request with its answer.

    Attributes:
        contract: whose it is; None for a request that is no contract's.
    """

    contract: Adapter | None
    call: Call
    answer: requests.Response


class Caller:
    """Makes requests with the right keys, and with wrong ones, to a server that has `KEYS`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._keys = {contract: contract.sign_in(server.url, KEYS[contract.name]) for contract in adapters()}

    def read(self, contract: Adapter, name: str) -> Answered:
        """Send one of the `documents`."""
        file = File(name, documents()[name], mark=MARK)
        return self._send(contract.call(file, self._keys[contract], WORDS), contract)

    def everything(self) -> Iterator[Answered]:
        """Send everything, good and bad."""
        yield from (self.read(contract, name) for name in documents() for contract in self._keys)
        for contract, key in self._keys.items():
            for call in (*contract.odd_calls(key, WORDS), *contract.strangers(WRONG_KEY)):
                yield self._send(call, contract)
        headers = {"User-Agent": FIELD, "X-Request-Id": MARK, "Referer": URL}
        for call in (
            Call("GET", "/metrics", {"headers": {"Authorization": f"Bearer {WRONG_KEY.secret}"}}),
            Call("GET", f"/files/{FIELD}/{FIELD}.jpg"),
            Call("GET", f"/{FIELD}?{FIELD}", {"headers": headers}),
        ):
            yield self._send(call)

    def _send(self, call: Call, contract: Adapter | None = None) -> Answered:
        return Answered(contract, call, call.send(self._server.url, PATIENCE_SECONDS))


@cache
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
