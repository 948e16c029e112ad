"""A model hub on loopback: serves files as huggingface_hub asks for them, counts, and can hold a download back."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.unit.models.model_files import sha256


class HubStub:
    """The state of one running stub.

    Attributes:
        endpoint: for HF_ENDPOINT.
        files: by path, ``owner/name/file``.
        downloads: GET requests by path.
        started: set when a download begins.
        may_finish: downloads wait for it after half of their bytes.
    """

    def __init__(self, endpoint: str, files: dict[str, bytes]) -> None:
        self.endpoint = endpoint
        self.files = files
        self.downloads: Counter[str] = Counter()
        self.started = threading.Event()
        self.may_finish = threading.Event()
        self.may_finish.set()


@contextmanager
def running_hub(files: dict[str, bytes]) -> Iterator[HubStub]:
    """Serve ``/owner/name/resolve/<revision>/<file>`` on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._head()

        def do_GET(self) -> None:
            content = self._head()
            if content is None:
                return
            stub.downloads[self._path()] += 1
            half = len(content) // 2
            self.wfile.write(content[:half])
            self.wfile.flush()
            stub.started.set()
            stub.may_finish.wait(30)
            self.wfile.write(content[half:])

        def log_message(self, *_: object) -> None:
            """Keep test output clean."""

        def _path(self) -> str:
            owner, name, _, _, *file = self.path.partition("?")[0].strip("/").split("/")
            return "/".join((owner, name, *file))

        def _head(self) -> bytes | None:
            parts = self.path.strip("/").split("/")
            content = stub.files.get(self._path()) if len(parts) >= 5 and parts[2] == "resolve" else None
            if content is None:
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return None
            self.send_response(200)
            self.send_header("ETag", f'"{sha256(content)}"')
            self.send_header("X-Repo-Commit", "a" * 40)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            return content

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub = HubStub(f"http://127.0.0.1:{server.server_port}", files)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.may_finish.set()
        server.shutdown()
        server.server_close()
        thread.join()
