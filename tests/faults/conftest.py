"""Servers with the real engine, and with faults that tests can switch on."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from tests.contract.conftest import WITH_TINY, Server


class FaultyServer(Server):
    """`tests.faults.faulty_server` in a process, and the directory that it is told by."""

    program = WITH_TINY + "from tests.faults.faulty_server import main; main()"

    def __init__(self, directory: Path, prefix: Sequence[str] = (), **sections: object) -> None:
        directory.mkdir(exist_ok=True)
        self.faults = directory / "faults"
        self.faults.mkdir(exist_ok=True)
        self._numbers = itertools.count()
        file = directory / "config.yaml"
        file.write_text(yaml.safe_dump({"ppocr_server": sections}))
        super().__init__("--config", str(file), prefix=prefix, FAULTS=str(self.faults))

    def inject(self, stage: str, fault: str, count: int = 1) -> None:
        """Spoil so many batches."""
        for _ in range(count):
            (self.faults / f"{stage}.{fault}.{next(self._numbers)}").touch()

    def withdraw(self) -> None:
        """Forget the faults that struck nobody."""
        for path in self.faults.iterdir():
            path.unlink(missing_ok=True)


Start = Callable[..., FaultyServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers that the test itself may stop or kill; sections of the configuration by name."""
    started: list[FaultyServer] = []

    def begin(prefix: Sequence[str] = (), **sections: object) -> FaultyServer:
        started.append(FaultyServer(tmp_path / "server", prefix, **sections))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(scope="package")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyServer]:
    """One server for all tests that leave it as it was."""
    running = FaultyServer(tmp_path_factory.mktemp("faulty") / "server", limits={"body_timeout_seconds": 2.0})
    yield running
    assert running.stop() == 0
    assert "Traceback" not in "".join(running.log), "".join(running.log)[-6000:]
