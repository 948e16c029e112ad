"""Goes through everything that a server offers: every endpoint, page and asset, every contract, good input and bad.

As a program it does so with a server in the network namespace that it is started in, and prints what it found as JSON.
"""

import base64
import io
import json
import re
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import requests
import yaml
from PIL import Image

from tests.contract.conftest import PATIENCE_SECONDS, Server, picture
from tests.hostile.contracts import CONTRACTS, Caller
from tests.privacy.namespace import attempts, raise_loopback
from tests.unit.server.decode import office_samples
from tests.unit.server.decode.samples import encoded

OUTSIDE = "http://documents.example.com/a.png"
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


def _try_to_leave() -> None:
    """What the counters must notice: a connection, a packet, and a name that is looked up."""
    with socket.socket() as one, suppress(OSError):
        one.connect(("192.0.2.1", 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two, suppress(OSError):
        two.sendto(b"x", ("192.0.2.1", 53))


def main() -> None:
    """Go through everything in this namespace; print what was visited, and who tried to leave."""
    raise_loopback()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        file.write_text(yaml.safe_dump(CONFIG))
        server = Server("--config", str(file))
        try:
            everything = Everything(server.url, encoded(picture(), "PNG"))
            everything.run()
        finally:
            code = server.stop()
    server_attempts = attempts()
    _try_to_leave()
    found = {
        "attempts": server_attempts,
        "control": attempts() - server_attempts,
        "visited": everything.visited,
        "exit": code,
        "log": [line for line in server.log if " error " in line or "Traceback" in line],
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
