"""Clients ask by all contracts for small pages of known text, now and then for a document, and for bad files."""

import base64
import json
import random
import socket
from collections.abc import Callable

import requests

from server.contracts.registry import OWN
from tests.contract.adapters import registered
from tests.contract.conftest import picture, tiff
from tests.faults.contracts import ASKS, Answer, Ask
from tests.faults.decode_workers import read_frames
from tests.faults.pages import page

OWN_SHARE, FRAMES_SHARE = 0.55, 0.05
"""Of our own contract's pages, and of documents of three pages, which decode workers read; the other contracts share
the rest evenly."""
ALL_ASKS: dict[str, Ask] = {**ASKS, "frames": read_frames}
OTHERS_SHARE = (1 - OWN_SHARE - FRAMES_SHARE) / (len(registered()) - 1)
SHARES: dict[str, float] = {**dict.fromkeys(registered(), OTHERS_SHARE), OWN: OWN_SHARE, "frames": FRAMES_SHARE}
NAMES, WEIGHTS = list(SHARES), list(SHARES.values())

BAD_FILES: dict[str, Callable[[int], bytes]] = {
    "truncated picture": lambda number: page(number)[:300],
    "no file at all": lambda number: b"%d is not a picture" % number,
    "damaged PDF": lambda number: b"%PDF-1.7\n" + bytes(number % 251 for _ in range(2000)),
    "truncated TIFF": lambda number: tiff([picture(width=200, height=100)] * 2)[: 5000 + number % 1000],
}
LEAVES = json.dumps({"file": base64.b64encode(tiff([picture()] * 4)).decode(), "fileType": 1}).encode()


def kind_of(number: int) -> str:
    """Return the kind of request that a number stands for: the same in every run."""
    return random.Random(number).choices(NAMES, WEIGHTS)[0]


def ask_any(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    """Ask about a page in the way that its number stands for."""
    return ALL_ASKS[kind_of(number)](session, url, number, timeout)


def send_bad_file(url: str, number: int, timeout: float) -> int:
    """Post a file that nobody can read; its status."""
    data = list(BAD_FILES.values())[number % len(BAD_FILES)](number)
    content = {"file": base64.b64encode(data).decode(), "fileType": 0 if data.startswith(b"%PDF") else 1}
    return requests.post(f"{url}/ocr", json=content, timeout=timeout).status_code


def leave(host: str, port: int) -> None:
    """Post a document and go away."""
    lines = ("POST /ocr HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(LEAVES)}")
    with socket.create_connection((host, port), timeout=20) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode() + LEAVES)
