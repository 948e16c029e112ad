"""File tasks whose documents and results say which task they belong to."""

import io
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import pypdfium2 as pdfium
import requests
from PIL import Image

from tests.faults.decode_workers import PAGES, frames
from tests.faults.pages import DIGITS, page, text_of
from tests.unit.server.decode.office import office_samples

TIMEOUT_SECONDS = 240.0
ASK_SECONDS = 0.2
PDF_PAGES = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of task.

    Attributes:
        name: of the file that is sent.
        document: makes the document of a number.
        form: the format of the result.
        times: how often the number's text stands in the result.
    """

    name: str
    document: Callable[[int], bytes]
    form: str
    times: int


def _pdf(number: int) -> bytes:
    buffer = io.BytesIO()
    pixels = cv2.imdecode(np.frombuffer(page(number), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    pages = [Image.fromarray(pixels)] * PDF_PAGES
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=144)
    return buffer.getvalue()


def _word(number: int) -> bytes:
    return office_samples.word(text_of(number))


KINDS: Mapping[str, Kind] = {
    "picture": Kind("page.png", page, "txt", 1),
    "frames": Kind("frames.tiff", frames, "txt", PAGES),
    "searchable PDF": Kind("scan.pdf", _pdf, "pdf", PDF_PAGES),
    **({"Word": Kind("letter.docx", _word, "txt", 1)} if shutil.which("soffice") else {}),
}
"""Word documents only where LibreOffice is installed."""


@dataclass(slots=True)
class Tasks:
    """The counts of tasks.

    Attributes:
        done: with their own text, by kind.
        refused: not taken, because the server had no room or was not ready.
        failed: with an error, by kind and what the task says.
        mixed: with another text.
        lost: unknown to the server, or not final in time, or without a result.
    """

    accepted: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    mixed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def run(self, url: str, number: int) -> None:
        """Create one task, wait until it is final, and compare its result."""
        kind = list(KINDS)[number % len(KINDS)]
        try:
            self._run(url, number, kind)
        except requests.RequestException as error:
            with self._lock:
                self.lost.append(f"{kind} {number}: {error!r}")
            time.sleep(ASK_SECONDS)

    def _run(self, url: str, number: int, kind: str) -> None:
        chosen = KINDS[kind]
        files = {"image_file": (chosen.name, chosen.document(number))}
        made = requests.post(f"{url}/task/pic/ocr", files=files, data={"format": chosen.form}, timeout=TIMEOUT_SECONDS)
        if made.status_code in (429, 503):
            with self._lock:
                self.refused[str(made.status_code)] += 1
            time.sleep(ASK_SECONDS)
            return
        task = made.json()["data"]
        with self._lock:
            self.accepted += 1
        end = time.monotonic() + TIMEOUT_SECONDS
        while task["state"] in (0, 4) and time.monotonic() < end:
            time.sleep(ASK_SECONDS)
            found = requests.get(f"{url}/task/{task['task_id']}", timeout=TIMEOUT_SECONDS)
            if found.status_code == requests.codes.ok:
                task = found.json()["data"]
            elif found.status_code not in (429, 503):
                with self._lock:
                    self.lost.append(f"{kind} {number}: {found.status_code}")
                return
        self._count(number, kind, task)

    def _count(self, number: int, kind: str, task: dict[str, object]) -> None:
        if task["state"] != 1:
            with self._lock:
                if task["state"] in (0, 4):
                    self.lost.append(f"{kind} {number}: not final")
                else:
                    self.failed[f"{kind}: {task['state_detail']}"] += 1
            return
        result = requests.get(str(task["file"]), timeout=TIMEOUT_SECONDS)
        texts = numbers_in(result.content, KINDS[kind].form) if result.status_code == requests.codes.ok else None
        with self._lock:
            if texts is None:
                self.lost.append(f"{kind} {number}: result {result.status_code}")
            elif texts == [text_of(number)] * KINDS[kind].times:
                self.done[kind] += 1
            else:
                self.mixed.append(f"{kind}: {texts} instead of {text_of(number)}")


def numbers_in(result: bytes, form: str) -> list[str]:
    """The numbers of pages that a result shows."""
    if form == "pdf":
        with pdfium.PdfDocument(result) as document:
            text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    else:
        text = result.decode()
    return re.findall(rf"\d{{{DIGITS}}}", text)
