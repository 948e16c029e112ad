"""Servers with the file task's own settings, and a client of them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import yaml

from tests.contract.conftest import PATIENCE_SECONDS, Server, picture, tiff

CONTRACT = "File task (gpt.ge)"
CREATE, FIND, DOWNLOAD = "POST /task/pic/ocr", "GET /task/{task_id}", "result files"

KEYS = {"ann": "sk-ann", "bob": "sk-bob"}
MAX_UPLOAD = 400_000
RETENTION = 4
LONG = tiff([picture(width=1000, height=800)] * 12)

Start = Callable[..., Server]


class Client:
    """A client of one server, with one key or none."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = url
        self.headers = {} if key is None else {"Authorization": f"Bearer {key}"}

    def post(self, file: bytes | None = None, name: str = "page.png", **fields: str) -> requests.Response:
        """Create a task from a file, or from fields only, as multipart/form-data."""
        parts: dict[str, tuple[str | None, bytes | str]] = {key: (None, text) for key, text in fields.items()}
        if file is not None:
            parts["image_file"] = (name, file)
        return requests.post(f"{self.url}/task/pic/ocr", files=parts, headers=self.headers, timeout=PATIENCE_SECONDS)

    def task(self, file: bytes | None = None, name: str = "page.png", **fields: str) -> dict:
        """The task of an accepted request."""
        answer = self.post(file, name, **fields)
        assert (answer.status_code, answer.json()["status"]) == (200, 200), answer.text
        return answer.json()["data"]

    def find(self, task_id: str) -> requests.Response:
        return requests.get(f"{self.url}/task/{task_id}", headers=self.headers, timeout=PATIENCE_SECONDS)

    def final(self, task: dict) -> dict:
        """Ask for a task until it is done or has failed."""
        end = time.monotonic() + PATIENCE_SECONDS
        while task["state"] == 0 or task["state"] > 1:
            assert time.monotonic() < end, task
            time.sleep(0.05)
            task = self.find(task["task_id"]).json()["data"]
        return task


def download(task: dict) -> requests.Response:
    """Download a result as clients do, without an Authorization header."""
    return requests.get(task["file"], timeout=PATIENCE_SECONDS)


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


def start_server(directory: Path, **sections: object) -> Server:
    file = directory / "config.yaml"
    file.write_text(yaml.safe_dump({"ppocr_server": sections}))
    return Server("--config", str(file))


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with keys, small limits, short waits and a short retention."""
    contract = {
        "keys": KEYS,
        "max_upload_bytes": MAX_UPLOAD,
        "max_pages": 3,
        "wait_seconds": 0.2,
        "retention_seconds": RETENTION,
        "max_queued_tasks": 1,
        "max_running_tasks": 1,
    }
    urls = {"allowed_hosts": ["127.0.0.1"], "allow_private_addresses": True}
    running = start_server(tmp_path_factory.mktemp("limited"), contracts={"file_task": contract}, url_input=urls)
    yield running
    running.stop()


@pytest.fixture
def ann(limited: Server) -> Client:
    return Client(limited.url, KEYS["ann"])


@pytest.fixture
def bob(limited: Server) -> Client:
    return Client(limited.url, KEYS["bob"])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def start(tmp_path: Path, data: Path) -> Iterator[Start]:
    """Starts servers, one after the other, on one data directory."""
    started: list[Server] = []

    def begin(**settings: object) -> Server:
        contract = {"data_directory": str(data), "wait_seconds": 0, **settings}
        started.append(start_server(tmp_path, contracts={"file_task": contract}))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()
