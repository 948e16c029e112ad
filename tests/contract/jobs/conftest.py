"""Servers with the jobs' own settings."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.contract.conftest import Server
from tests.contract.jobs.client import Client

Start = Callable[..., Server]


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers, one after the other, on one data directory."""
    started: list[Server] = []

    def begin(**settings: object) -> Server:
        contract = {"data_directory": str(tmp_path / "data"), **settings}
        file = tmp_path / "config.yaml"
        file.write_text(yaml.safe_dump({"ppocr_server": {"contracts": {"jobs": contract}}}))
        started.append(Server("--config", str(file)))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()
