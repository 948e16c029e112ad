"""Serves the page's files and the harness to a browser, under the headers that the page has."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from tests.evaluation_data import REPOSITORY

FOLDERS = {"page": REPOSITORY / "server" / "static" / "page", "harness": Path(__file__).parent}
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
POLICY = "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'"
WITHOUT_POLICY = "without-policy"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address, _, query = self.path.lstrip("/").partition("?")
        folder, _, path = address.partition("/")
        file = (FOLDERS.get(folder, Path("/nowhere")) / path).resolve()
        found = folder in FOLDERS and file.is_relative_to(FOLDERS[folder]) and file.suffix in TYPES and file.is_file()
        body = file.read_bytes() if found else b""
        self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", TYPES.get(file.suffix, "text/plain"))
        self.send_header("Content-Length", str(len(body)))
        if query != WITHOUT_POLICY:
            self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def harness_server() -> Iterator[str]:
    """Serve on a free port of this machine; yields the harness's address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/harness/index.html"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
