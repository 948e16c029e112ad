"""Servers and clients of this contract's tests."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.contract.baidu.client import API_KEY, SECRET_KEY, Client
from tests.contract.conftest import Server

KEYED = """
ppocr_server:
  auth:
    tokens: {core: a-token-of-the-core}
  url_input:
    allowed_hosts: ["127.0.0.1:%d"]
    allow_private_addresses: true
    timeout_seconds: 1.5
  contracts:
    baidu:
      keys: {%s: %s, another-key: another-secret}
"""
STRICT = """
ppocr_server:
  contracts:
    baidu:
      apis: [general_basic]
      requests_per_second: 1
      token_expires_in: 2
      general_max_base64_bytes: 20000
      general_max_side: 700
"""


class Files(ThreadingHTTPServer):
    """A web server with the tests' files."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: dict[str, tuple[int, bytes]] = {}
        self.hang = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Files

    def do_GET(self) -> None:
        if self.path == "/hang":
            self.server.hang.wait(30)
            return
        status, content = self.server.replies.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="session")
def files() -> Iterator[Files]:
    with Files() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.hang.set()
        server.shutdown()
        thread.join()


def _server(folder: Path, text: str, *arguments: str) -> Iterator[Server]:
    file = folder / "config.yaml"
    file.write_text(text)
    running = Server("--config", str(file), *arguments)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def client(server: Server) -> Client:
    """A client of a server with the default configuration: no keys, no allowed hosts."""
    return Client(server)


@pytest.fixture(scope="session")
def keyed(tmp_path_factory: pytest.TempPathFactory, files: Files) -> Iterator[Client]:
    """A client of a server with keys, which may fetch from `files`."""
    text = KEYED % (files.server_port, API_KEY, SECRET_KEY)
    for running in _server(tmp_path_factory.mktemp("keyed"), text):
        yield Client(running)


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a server with limits of every kind."""
    for running in _server(tmp_path_factory.mktemp("strict"), STRICT):
        yield Client(running)


@pytest.fixture(scope="session")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a server over TLS, with a self-signed certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "certificate.pem", folder / "key.pem"
    options = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command = ["openssl", "req", "-x509", *options, "-out", str(made), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    tls = ("--set", f"server.tls_certificate={made}", "--set", f"server.tls_key={key}")
    for running in _server(folder, "ppocr_server: {}", *tls):
        yield Client(running)
