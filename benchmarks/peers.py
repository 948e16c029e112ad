"""The servers that are measured: how each is started, and how a document is sent to it.

A new peer is one more function that yields a `Peer`.
"""

import base64
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.profiles import PROFILES
from tests.reference import serving

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP POST, ready to be sent many times."""

    name: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Peer:
    """A running server.

    Attributes:
        host, port: where it listens.
        pid: root of its process tree.
        request: a document and whether to ask for pictures, made into what this server understands.
        count_lines: how many text lines an answer holds; two systems that read different amounts cannot be compared.
    """

    name: str
    host: str
    port: int
    pid: int
    request: Callable[[Path, bool], Request]
    count_lines: Callable[[bytes], int]


@contextmanager
def ours(profile: str) -> Iterator[Peer]:
    """This project's server with a profile's shipped configuration, run by this interpreter."""
    port = serving.free_port()
    program = "from server.cli import main; main()"
    command = [sys.executable, "-c", program, "serve", "--config", str(PROFILES[profile]), "--port", str(port)]
    paths = [str(serving.REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with serving.running(command, port, environ, ready="/health/ready") as server:
        yield Peer("ours", "127.0.0.1", port, server.process.pid, ocr_request, ocr_lines)


@contextmanager
def reference(profile: str) -> Iterator[Peer]:
    """PaddleX's own serving on the same weights, on ONNX Runtime."""
    with serving.reference_server(profile) as server:
        port = int(server.url.rsplit(":", 1)[1])
        yield Peer("reference", "127.0.0.1", port, server.process.pid, ocr_request, ocr_lines)


PEERS: dict[str, Callable[[str], AbstractContextManager[Peer]]] = {"ours": ours, "reference": reference}


def ocr_request(document: Path, visualize: bool) -> Request:
    """The PP-OCRv5 contract: every optional stage off, so that both sides do the same work."""
    body = {
        "file": base64.b64encode(document.read_bytes()).decode(),
        "fileType": 0 if document.suffix == ".pdf" else 1,
        "useDocOrientationClassify": False,
        "useDocUnwarping": False,
        "useTextlineOrientation": False,
        "visualize": visualize,
    }
    return Request(document.name, "/ocr", JSON, json.dumps(body).encode())


def ocr_lines(answer: bytes) -> int:
    """Lines in an answer of the PP-OCRv5 contract."""
    return sum(len(page["prunedResult"]["rec_texts"]) for page in json.loads(answer)["result"]["ocrResults"])
