"""A real server process of ours with the shipped configuration, for the whole session."""

import os
import sys
from collections.abc import Iterator

import pytest

from tests.reference.serving import REPOSITORY, free_port, running


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Base URL of ``ppocr-server serve`` on a free loopback port."""
    port = free_port()
    command = [sys.executable, "-c", "from server.cli import main; main()", "serve", "--port", str(port)]
    paths = [*os.environ.get("PYTHONPATH", "").split(os.pathsep), str(REPOSITORY)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with running(command, port, environ, ready="/health/ready") as server:
        yield server.url
