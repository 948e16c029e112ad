"""The systems that read the generated documents: each gives Markdown, or says why it is not here."""

import base64
import http.client
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2

from benchmarks.command import NotMeasured
from benchmarks.layout.document import Document
from benchmarks.layout.exact import read_exactly
from benchmarks.layout.pdf import write_pdf
from benchmarks.layout.picture import draw_pictures
from benchmarks.layout.score import RECOGNISED
from benchmarks.peers import JSON, Peer, our_server
from tests.reference import serving

PEERS_PYTHON = serving.ROOT / "structure-peers" / "bin" / "python"
PEERS_PROGRAM = Path(__file__).with_name("peer_program.py")
_SECONDS = 900

Read = Callable[[Document], str]


@dataclass(frozen=True, slots=True)
class System:
    """One system.

    Attributes:
        text: what it is given, for people.
        start: gives its reader within a block.
        tolerance: the share of letters that may be misread.
    """

    text: str
    start: Callable[[], Iterator[Read]]
    tolerance: float = 0.0


def _exact() -> Iterator[Read]:
    yield read_exactly


def _served(as_pdf: bool) -> Callable[[], Iterator[Read]]:
    def start() -> Iterator[Read]:
        with our_server("ours", None) as peer:
            yield lambda document: _ask(peer, document, as_pdf=as_pdf)

    return start


def _peer(name: str) -> Callable[[], Iterator[Read]]:
    def start() -> Iterator[Read]:
        if not PEERS_PYTHON.exists():
            raise NotMeasured(f"{name} is not installed: bash benchmarks/layout/peers.sh")
        yield lambda document: _run_peer(name, document)

    return start


SYSTEMS: dict[str, System] = {
    "geometry": System("faultless lines and pixels, no model", _exact),
    "best on pictures": System("this server with the preset best, pictures", _served(as_pdf=False), RECOGNISED),
    "best on PDF": System("this server with the preset best, PDF", _served(as_pdf=True), RECOGNISED),
    "pymupdf4llm": System("PDF", _peer("pymupdf4llm")),
    "pdfplumber": System("PDF", _peer("pdfplumber")),
    "docling": System("PDF", _peer("docling")),
}


@contextmanager
def started(name: str) -> Iterator[Read]:
    """The reader of a system; its processes end with the block.

    Raises:
        NotMeasured: it is not installed.
    """
    reader = SYSTEMS[name].start()
    try:
        yield next(reader)
    finally:
        reader.close()  # type: ignore[attr-defined]


def _ask(peer: Peer, document: Document, *, as_pdf: bool) -> str:
    files = [write_pdf(document)] if as_pdf else [_png(picture) for picture in draw_pictures(document)]
    pages: list[str] = []
    for content in files:
        pages.extend(_pages(peer, content, file_type=0 if as_pdf else 1))
    return "\n\n".join(pages)


def _png(picture: cv2.typing.MatLike) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def _pages(peer: Peer, content: bytes, file_type: int) -> Sequence[str]:
    body = {
        "file": base64.b64encode(content).decode(),
        "fileType": file_type,
        "preset": "best",
        "outputFormats": ["markdown"],
        "visualize": False,
    }
    connection = http.client.HTTPConnection(peer.host, peer.port, timeout=_SECONDS)
    try:
        connection.request("POST", "/ocr", json.dumps(body), JSON)
        answer = connection.getresponse()
        read = json.loads(answer.read())
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise NotMeasured(f"the server answered {answer.status}: {read.get('errorMsg')}")
    return [page["markdown"]["text"] for page in read["result"]["ocrResults"]]


def _run_peer(name: str, document: Document) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "document.pdf"
        source.write_bytes(write_pdf(document))
        command = [str(PEERS_PYTHON), str(PEERS_PROGRAM), name, str(source)]
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise NotMeasured(f"{name} failed: {done.stderr.decode(errors='replace').strip().splitlines()[-1:]}")
    return done.stdout.decode("utf-8")
