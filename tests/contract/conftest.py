"""Starts real servers for contract tests: processes of `ppocr-server serve` with the default weights, on free ports."""

import base64
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
START_SECONDS = 600
"""Generous, because the first start on a machine fetches the weights."""
PATIENCE_SECONDS = 60
TEXT = "Gate 7 closes at 18:45"
TOKEN = "a-token-for-tests"

SECURED = f"""
SubPipelines:
  DocPreprocessor:
    SubModules:
      DocUnwarping:
        model_name: UVDoc_that_nobody_has
Serving:
  return_urls: true
  extra:
    file_storage:
      type: memory
ppocr_server:
  auth:
    tokens:
      tests: {TOKEN}
  limits:
    max_body_bytes: 1000000
    body_timeout_seconds: 0.5
"""


class Server:
    """One server process and its log so far."""

    program = "from server.cli import main; main()"

    def __init__(self, *arguments: str, prefix: Sequence[str] = (), **variables: str) -> None:
        command = [*prefix, sys.executable, "-c", self.program, "serve", "--port", "0", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "*", **variables}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        self.log: list[str] = []
        self._serving = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._serving.wait(START_SECONDS) or not self.url:
            self.stop()
            raise RuntimeError("the server did not start:\n" + "".join(self.log))

    @property
    def url(self) -> str:
        found = re.search(r"Serving on (https?://\S+?:\d+)", "".join(self.log))
        return found.group(1) if found else ""

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.log.append(line)
            if "Serving on" in line:
                self._serving.set()
        self._serving.set()

    def stop(self) -> int:
        """Ask the process to end and wait for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._reader.join(10)
            assert self.process.stderr
            self.process.stderr.close()
        return code


WITH_TINY = "from tests.contract.tiny.server import install; install(); "
"""The beginning of a program whose server also speaks the contract that exists only in the tests."""


class SharedServer(Server):
    """A server of the shared suites: it speaks every contract that they have an adapter for."""

    program = WITH_TINY + Server.program


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The default configuration."""
    running = SharedServer()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With an access token, small limits, pictures behind links, and an unwarping model that is missing."""
    file = tmp_path_factory.mktemp("secured") / "config.yaml"
    file.write_text(SECURED)
    running = SharedServer("--config", str(file))
    yield running
    running.stop()


@pytest.fixture
def own_server() -> Iterator[Callable[[], Server]]:
    """Starts servers that the test itself may stop."""
    started: list[Server] = []

    def start() -> Server:
        started.append(Server())
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds that another process fulfils."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def picture(text: str = TEXT, width: int = 640, height: int = 200) -> np.ndarray:
    """A white picture with one line of text."""
    image = np.full((height, width, 3), 255, np.uint8)
    cv2.putText(image, text, (20, height // 2), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
    return image


def encoded(image: np.ndarray, extension: str = ".png") -> bytes:
    written, data = cv2.imencode(extension, image)
    assert written
    return data.tobytes()


def transparent(image: np.ndarray, kind: str = "PNG") -> bytes:
    """The dark parts of a picture. The rest is transparent black, so that without alpha all is black.

    The file is of one of Pillow's kinds.
    """
    ink = 255 - cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if kind == "GIF":  # Its pixels are transparent or opaque.
        drawn, options = Image.fromarray((ink > 127).astype(np.uint8), "P"), {"transparency": 0}
        drawn.putpalette([0] * 6)
    else:
        drawn, options = Image.fromarray(np.dstack([np.zeros_like(image), ink]), "RGBA"), {}
    buffer = io.BytesIO()
    drawn.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(images: list[np.ndarray]) -> bytes:
    written, data = cv2.imencodemulti(".tiff", images)
    assert written
    return data.tobytes()


def body(data: bytes, file_type: int = 1, **fields: object) -> dict[str, object]:
    return {"file": base64.b64encode(data).decode(), "fileType": file_type, "visualize": False, **fields}


IMAGE = encoded(picture())
