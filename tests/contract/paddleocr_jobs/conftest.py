"""Servers of the job API: as installed, with aliases for clients that know other names, and on a data directory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.contract.conftest import Server
from tests.contract.paddleocr_jobs.client import Client
from tests.contract.paddleocr_jobs.documents import report_pdf

TOKEN = "sk-of-these-tests"
VISION = ("PaddleOCR-VL", "PaddleOCR-VL-1.5", "PaddleOCR-VL-1.6")

Start = Callable[..., Server]


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


def start_server(folder: Path, **settings: object) -> Server:
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump({"ppocr_server": {"contracts": {"paddleocr_jobs": settings}}}))
    return Server("--config", str(file))


@pytest.fixture(scope="session")
def aliased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a token, on which PP-StructureV3 answers for the names of vision-language models."""
    aliases = dict.fromkeys(VISION, "PP-StructureV3")
    running = start_server(tmp_path_factory.mktemp("aliased"), keys={"tests": TOKEN}, model_aliases=aliases)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a token, and else as installed."""
    running = start_server(tmp_path_factory.mktemp("keyed"), keys={"tests": TOKEN})
    yield running
    running.stop()


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    """A PDF of two pages whose text is known."""
    file = tmp_path / "report.pdf"
    file.write_bytes(report_pdf(2))
    return file


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers, one after the other, on one data directory."""
    started: list[Server] = []

    def begin(**settings: object) -> Server:
        started.append(start_server(tmp_path, data_directory=str(tmp_path / "data"), **settings))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()
