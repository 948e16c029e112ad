"""``ppocr-server ready`` asks a server on this machine."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main


@contextmanager
def answering(status: int, body: bytes, certificate: tuple[Path, Path] | None = None) -> Iterator[int]:
    """A server that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/health/ready"
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ask(port: int, *settings: str, timeout: float = 5.0) -> Result:
    given = [part for setting in (f"server.port={port}", *settings) for part in ("--set", setting)]
    return CliRunner().invoke(main, ["ready", "--timeout", str(timeout), *given])


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_ready_server_is_ready(host: str) -> None:
    with answering(200, b'{"status": "ready", "modules": []}') as port:
        result = ask(port, f"server.host={host}")
    assert (result.exit_code, result.stdout) == (0, "ready\n")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(503, b'{"status": "starting"}', "503: starting"), (404, b"<html>", "404: not an answer of this server")],
)
def test_any_other_answer_fails_and_is_told(status: int, body: bytes, said: str) -> None:
    with answering(status, body) as port:
        result = ask(port)
    assert result.exit_code == 1
    assert said in result.stderr


def test_silence_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        result = ask(listening.getsockname()[1], timeout=0.2)
    assert result.exit_code == 1
    assert "Nothing answers on 127.0.0.1" in result.stderr


def test_nobody_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert ask(port).exit_code == 1


def test_a_server_with_a_certificate_for_another_name_is_asked_all_the_same(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("the program openssl makes the certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=ocr.example"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with answering(200, b'{"status": "ready"}', (certificate, key)) as port:
        result = ask(port, f"server.tls_certificate={certificate}", f"server.tls_key={key}")
    assert result.exit_code == 0, result.stderr
