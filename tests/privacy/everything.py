"""Goes through everything that a server offers: every endpoint, page and asset, every contract, good input and bad.

As a program it does so with a server and prints what it found as JSON. What the server does about other machines is
watched by the ``kernel``, in the network namespace that the program is started in, or by a ``guard`` in its processes.
"""

import base64
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import requests
import yaml
from PIL import Image

from tests.contract.conftest import PATIENCE_SECONDS, ROOT, Server, picture
from tests.hostile.contracts import CONTRACTS, Caller
from tests.privacy import socket_guard
from tests.privacy.namespace import attempts, raise_loopback
from tests.unit.server.decode.office import office_samples
from tests.unit.server.decode.samples import encoded

NAME_OUTSIDE = "documents.example.com"
OUTSIDE = f"http://{NAME_OUTSIDE}/a.png"
"""An address that nobody allowed: it must not even be looked up."""
CONFIG = {
    "Serving": {"return_urls": True, "extra": {"file_storage": {"type": "memory"}}},
    "ppocr_server": {"contracts": {"file_task": {"retention_seconds": 600}}},
}
BAIDU = ("general_basic", "accurate_basic", "general", "accurate")
EVERY_FIELD = {
    "detect_direction": "true",
    "detect_language": "true",
    "paragraph": "true",
    "probability": "true",
    "vertexes_location": "true",
    "recognize_granularity": "small",
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
        self._contracts()
        self._ocr()
        self._baidu()
        self._complex_document()
        self._file_task()
        self._capsolver()
        self._refused()

    def _described(self) -> None:
        """Everything that the interface description lists, without parameters; and its page with its files."""
        description = self._ask("GET", "/openapi.json").json()
        for path, operations in description["paths"].items():
            for method in operations:
                self._ask(method.upper(), re.sub(r"\{[^}]+\}", "0", path))
        self._ask("GET", "/schema/openapi.json")
        page = self._ask("GET", "/schema").text
        for address in re.findall(r'(?:src|href)="(/[^"]+)"', page):
            self._ask("GET", address)
        for path in ("/", "/health", "/health/live", "/health/ready", "/version", "/metrics", "/docs", "/favicon.ico"):
            self._ask("GET", path)

    def _contracts(self) -> None:
        caller = Caller(self.url)
        pdf = _pdf(self.page)
        for contract in CONTRACTS:
            for name, data in (("page.png", self.page), ("page.pdf", pdf), ("broken.png", b"\x89PNG\r\n\x1a\nbroken")):
                verdict = caller.ask(contract, name, data)
                self.visited[f"{contract} {name}"] = verdict.status
                self.texts.append(verdict.text)

    def _ocr(self) -> None:
        switches = {"useDocOrientationClassify": True, "useTextlineOrientation": True, "returnWordBox": True}
        for extra in ({}, {"visualize": True}, {"outputFormats": ["markdown", "text"]}, switches):
            body = {"file": _base64(self.page), "fileType": 1, **extra}
            self._follow(self._ask("POST", "/ocr", json=body).text)
        self._ask("POST", "/ocr", files={"file": ("page.png", self.page)})

    def _baidu(self) -> None:
        token = self._ask("POST", "/oauth/2.0/token", params={"grant_type": "client_credentials"}).json()
        for api in BAIDU:
            fields = {"image": _base64(self.page), **EVERY_FIELD}
            path = f"/rest/2.0/ocr/v1/{api}"
            self._ask("POST", path, params={"access_token": token.get("access_token", "none")}, data=fields)
            self._ask("POST", path, params={"access_token": "wrong"}, data=fields)

    def _complex_document(self) -> None:
        for output_format in (0, 1, 3):
            body = {"seqid": "1", "image": _base64(self.page), "output_format": output_format, "generate_image": True}
            self._follow(self._ask("POST", "/aipaas/ocr/v1/identify/complexDOcr", json=body).text)

    def _file_task(self) -> None:
        documents = {"a.docx": office_samples.word("Gate 7"), "b.png": self.page}
        for name, data in documents.items():
            for form in ("txt", "pdf", "docx", "xlsx", "pptx") if name == "b.png" else ("txt",):
                answer = self._ask("POST", "/task/pic/ocr", files={"image_file": (name, data)}, data={"format": form})
                task = answer.json().get("data") or {}
                self._ask("GET", f"/task/{task.get('task_id', 'none')}")
                self._follow(answer.text)

    def _capsolver(self) -> None:
        task = {"type": "ImageToTextTask", "body": _base64(self.page), "websiteURL": OUTSIDE, "module": "common"}
        made = self._ask("POST", "/createTask", json={"clientKey": "any", "task": task}).json()
        self._ask("POST", "/getTaskResult", json={"clientKey": "any", "taskId": made.get("taskId", "none")})
        self._ask("POST", "/getBalance", json={"clientKey": "any"})

    def _refused(self) -> None:
        """Addresses that the configuration does not allow, on each contract that takes addresses."""
        for path, options in url_requests(OUTSIDE):
            self._ask("POST", path, **options)
        self._ask("GET", "/task/files/none/none.txt")
        self._ask("GET", "/files/none/none.jpg")
        self._ask("GET", "/no/such/path")

    def _follow(self, text: str) -> None:
        """Get whatever an answer links to on this server."""
        for address in set(re.findall(re.escape(self.url) + r"(/[A-Za-z0-9_./-]+)", text)):
            self._ask("GET", address)

    def _ask(self, method: str, path: str, **options: object) -> requests.Response:
        answer = requests.request(method, self.url + path, timeout=PATIENCE_SECONDS, **options)  # type: ignore[arg-type]
        self.visited[f"{method} {path}"] = answer.status_code
        if not answer.headers.get("Content-Type", "").startswith(("image/", "application/pdf", "application/vnd")):
            self.texts.append(answer.text)
        return answer


def url_requests(url: str, token: str = "none") -> Iterator[tuple[str, dict[str, object]]]:
    """The requests that hand an address to a contract: path, and options for `requests`."""
    yield "/ocr", {"json": {"file": url, "fileType": 1, "visualize": False}}
    fields = {"url": url}
    yield "/rest/2.0/ocr/v1/general_basic", {"params": {"access_token": token}, "data": fields}
    for image_type in (1, 3):
        body = {"seqid": "1", "image": url, "image_type": image_type}
        yield "/aipaas/ocr/v1/identify/complexDOcr", {"json": body}
    yield "/task/pic/ocr", {"data": {"image_url": url}}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _pdf(page: bytes) -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(page)).convert("RGB").save(file, "PDF")
    return file.getvalue()


def try_to_leave() -> None:
    """What everybody who watches must notice: a connection, and a packet."""
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
        server = Server("--config", str(file), **variables)
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
