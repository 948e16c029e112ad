"""Goes through everything that a server offers: every endpoint, page and asset, every contract, good input and bad.

As a program it does so with a server and prints what it found as JSON. What the server does about other machines is
watched by the ``kernel``, in the network namespace that the program is started in, or by a ``guard`` in its processes.
"""

import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import requests
import yaml
from PIL import Image

from tests.contract.adapters import Adapter, File, Key, adapters
from tests.contract.conftest import PATIENCE_SECONDS, ROOT, SharedServer, picture
from tests.privacy import socket_guard
from tests.privacy.namespace import attempts, raise_loopback
from tests.unit.server.decode.samples import encoded

NAME_OUTSIDE = "documents.example.com"
OUTSIDE = f"http://{NAME_OUTSIDE}/a.png"
"""An address that nobody allowed: it must not even be looked up."""
BROKEN = b"\x89PNG\r\n\x1a\nbroken"
CONFIG = {
    "Serving": {"return_urls": True, "extra": {"file_storage": {"type": "memory"}}},
    "ppocr_server": {"contracts": {"file_task": {"retention_seconds": 600}}},
}


class Everything:
    """All requests there are, to one server.

    Args:
        url: of the server.
        page: a picture with text, for every contract.
    """

    def __init__(self, url: str, page: bytes) -> None:
        self.url = url
        self.page = page
        self.visited: dict[str, int] = {}
        self.texts: list[str] = []

    def run(self) -> None:
        """Make them. Answers are kept in ``texts``, statuses by method and path in ``visited``."""
        self._described()
        for contract in adapters():
            key = contract.sign_in(self.url, None)
            self._files(contract, key)
            contract.tour(self, self.page)
            # An address that the configuration does not allow.
            for call in contract.addresses(OUTSIDE, key):
                self.ask(call.method, call.path, **call.options)
        self.ask("GET", "/files/none/none.jpg")
        self.ask("GET", "/no/such/path")

    def _described(self) -> None:
        """Everything that the interface description lists, without parameters; and its page with its files."""
        description = self.ask("GET", "/openapi.json").json()
        for path, operations in description["paths"].items():
            for method in operations:
                self.ask(method.upper(), re.sub(r"\{[^}]+\}", "0", path))
        self.ask("GET", "/schema/openapi.json")
        page = self.ask("GET", "/schema").text
        for address in re.findall(r'(?:src|href)="([^"]+)"', page):
            self.ask("GET", f"/{address}")
        for path in ("/", "/health", "/health/live", "/health/ready", "/version", "/metrics", "/docs", "/favicon.ico"):
            self.ask("GET", path)

    def _files(self, contract: Adapter, key: Key | None) -> None:
        """A picture, a PDF and a file that is neither."""
        for name, data in (("page.png", self.page), ("page.pdf", _pdf(self.page)), ("broken.png", BROKEN)):
            reply = contract.ask(self.url, File(name, data), key, PATIENCE_SECONDS)
            self.visited[f"{contract.name} {name}"] = reply.status
            self.texts.append(reply.text)

    def follow(self, text: str) -> None:
        """Get whatever an answer links to on this server."""
        for address in set(re.findall(re.escape(self.url) + r"(/[A-Za-z0-9_./-]+)", text)):
            self.ask("GET", address)

    def ask(self, method: str, path: str, **options: object) -> requests.Response:
        """Make a request."""
        answer = requests.request(method, self.url + path, timeout=PATIENCE_SECONDS, **options)  # type: ignore[arg-type]
        self.visited[f"{method} {path}"] = answer.status_code
        if not answer.headers.get("Content-Type", "").startswith(("image/", "application/pdf", "application/vnd")):
            self.texts.append(answer.text)
        return answer


def _pdf(page: bytes) -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(page)).convert("RGB").save(file, "PDF")
    return file.getvalue()


def try_to_leave() -> None:
    """Try a connection and a packet. Everybody who watches must notice both."""
    with socket.socket() as one, suppress(OSError):
        one.connect(("192.0.2.1", 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two, suppress(OSError):
        two.sendto(b"x", ("192.0.2.1", 53))


def look_up() -> None:
    """A name that is looked up."""
    with suppress(OSError):
        socket.getaddrinfo(NAME_OUTSIDE, 80)


def _watched_by_kernel() -> dict[str, object]:
    raise_loopback()
    found = _tour()
    counts = [attempts()]
    for leave in (try_to_leave, look_up):
        leave()
        counts.append(attempts())
    seen, left, looked_up = counts
    return {**found, "attempts": seen, "control": left - seen, "control_look_up": looked_up - left}


def _watched_by_guard() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        guard = Path(folder)
        socket_guard.put_into(guard)
        path = os.pathsep.join((folder, str(ROOT)))
        found = _tour(PYTHONPATH=path)
        seen = socket_guard.attempts(guard)
        # As the server's children are started.
        leave = "from tests.privacy.everything import look_up, try_to_leave; try_to_leave(); look_up()"
        child = [sys.executable, "-P", "-B", "-c", leave]
        subprocess.run(child, cwd=folder, env={**os.environ, "PYTHONPATH": path}, timeout=PATIENCE_SECONDS, check=True)
        return {**found, "attempts": seen, "control": socket_guard.attempts(guard)[len(seen) :]}


def _tour(**variables: str) -> dict[str, object]:
    """Go through everything: what was visited, and how the server bore it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        file.write_text(yaml.safe_dump(CONFIG))
        server = SharedServer("--config", str(file), **variables)
        try:
            everything = Everything(server.url, encoded(picture(), "PNG"))
            everything.run()
        finally:
            code = server.stop()
    log = [line for line in server.log if " error " in line or "Traceback" in line]
    return {"visited": everything.visited, "exit": code, "log": log}


def main() -> None:
    """Go through everything, watched as the argument says; print what was visited, and who tried to leave."""
    watched = {"kernel": _watched_by_kernel, "guard": _watched_by_guard}[sys.argv[1]]
    json.dump(watched(), sys.stdout)


if __name__ == "__main__":
    main()
