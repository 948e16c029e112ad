"""Work on a whole file in a worker of its own, which another process kills."""

import os
import signal

import pytest

from server.decode.workers.messages import Command, Reply
from server.decode.workers.process import WorkerDied, WorkerNotStarted, WorkerProcess, WorkerSettings
from server.decode.workers.tries import MOST_CRASHES, MOST_KILLS, MOST_KILLS_AT_START
from server.decode.workers.whole_file import make_once
from tests.unit.server.decode.samples import RED, coloured_pdf

SETTINGS = WorkerSettings(memory_bytes=1024**3, timeout_seconds=20.0, files_per_worker=1)
PDF = coloured_pdf(RED)


class Killed(WorkerProcess):
    """A worker that is killed: at its start, or when it gets its command."""

    at_start = at_work = 0
    signal = signal.SIGKILL

    def wait_until_ready(self) -> None:
        if Killed.at_start:
            Killed.at_start -= 1
            self.kill()
        super().wait_until_ready()

    def ask(self, command: Command, descriptors: tuple[int, ...]) -> Reply:
        if Killed.at_work:
            Killed.at_work -= 1
            os.kill(self.pid, self.signal)
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        return super().ask(command, descriptors)


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> type[Killed]:
    monkeypatch.setattr("server.decode.workers.tries.WorkerProcess", Killed)
    monkeypatch.setattr(Killed, "at_start", 0)
    monkeypatch.setattr(Killed, "at_work", 0)
    return Killed


def make() -> bytes:
    return make_once(SETTINGS, PDF, None, "characters", 1000, b"").data


@pytest.mark.parametrize(("at_start", "at_work"), [(MOST_KILLS_AT_START - 1, 0), (0, MOST_KILLS - 1), (2, 2)])
def test_a_killed_worker_costs_no_result(killed: type[Killed], at_start: int, at_work: int) -> None:
    killed.at_start, killed.at_work = at_start, at_work
    assert make() == b""
    assert (killed.at_start, killed.at_work) == (0, 0)


def test_a_file_that_ends_every_worker_ends_so_many(killed: type[Killed], monkeypatch: pytest.MonkeyPatch) -> None:
    killed.at_work = 100
    with pytest.raises(WorkerDied):
        make()
    assert killed.at_work == 100 - MOST_KILLS
    monkeypatch.setattr(Killed, "signal", signal.SIGSEGV)
    with pytest.raises(WorkerDied):
        make()
    assert killed.at_work == 100 - MOST_KILLS - MOST_CRASHES


def test_where_every_start_is_killed_there_is_no_worker(killed: type[Killed]) -> None:
    killed.at_start = 100
    with pytest.raises(WorkerNotStarted, match="killed while it started"):
        make()
    assert killed.at_start == 100 - MOST_KILLS_AT_START
