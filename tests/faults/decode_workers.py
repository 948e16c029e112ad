"""A server's decode workers, and documents that they read."""

from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import requests

from server.contracts.registry import OWN
from tests.contract.adapters import File, Outcome, adapter
from tests.contract.conftest import tiff
from tests.faults.contracts import Answer
from tests.faults.pages import page, text_of

PAGES = 3


def frames(number: int) -> bytes:
    """A TIFF of pages that all say the same: TIFFs are read by workers."""
    image = cv2.imdecode(np.frombuffer(page(number), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return tiff([image] * PAGES)


def read_frames(session: requests.Session, url: str, number: int, timeout: float) -> Answer:
    contract = adapter(OWN)
    reply = contract.ask(url, File("frames.tiff", frames(number)), None, timeout, session)
    outcome = contract.outcome(reply)
    if outcome is not Outcome.READ:
        return Answer(outcome, None, f"{contract.name} {reply.code}")
    texts = reply.text.split()
    assert len(texts) == PAGES
    wrong = [text for text in texts if text != text_of(number)]
    return Answer(outcome, wrong[0] if wrong else texts[0])


def workers(pid: int) -> list[int]:
    """The decode workers of a server."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in (task / "children").read_text().split() if is_worker(child)]
    return found


def is_worker(pid: str) -> bool:
    return b"server.decode.workers.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
