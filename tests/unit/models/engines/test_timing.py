"""Engines are timed in turn, without the time that they wait for other models, and a busy machine is noticed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from models.engines import timing
from models.engines.base import EngineOpener, EngineOptions, registered_engine
from models.engines.choice import MOST_WAITED
from models.engines.fake import FakeEngine, echo
from models.engines.timing import LINES, ROUNDS, time_engines
from models.errors import EngineUnavailable

SHAPE = (3, 48, 320)
RUN_SECONDS, PERMIT_SECONDS = 2.0, 50.0

BESIDE_ANOTHER_PROGRAM = """
import os, subprocess, sys, time
from pathlib import Path
from models.engines.base import EngineOptions, registered_engine
from models.engines.fake import FakeEngine
from models.engines.timing import time_engines

def busy(batch):
    until = time.process_time() + 0.03
    while time.process_time() < until:
        pass
    return batch

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
try:
    with registered_engine("busy", lambda *_: FakeEngine(busy)):
        print(time_engines(("busy",), Path("."), (3, 8, 8), EngineOptions(threads=1)).waited)
finally:
    other.kill()
"""


class Machine:
    """Fake engines that all take equally long on a clock of its own, and the permit that they need for it."""

    def __init__(self) -> None:
        self.clock = 0.0
        self.runs: list[str] = []
        self.shapes: set[tuple[int, ...]] = set()
        self.opened: list[EngineOptions] = []

    def opener(self, name: str) -> EngineOpener:
        def run(batch: NDArray[np.float32]) -> NDArray[np.float32]:
            self.clock += RUN_SECONDS
            self.runs.append(name)
            self.shapes.add(batch.shape)
            return echo(batch)

        def open_fake(directory: Path, options: EngineOptions) -> FakeEngine:
            self.opened.append(options)
            return FakeEngine(run)

        return open_fake


class Permit:
    """A permit that takes time to get, on the machine's clock."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def __enter__(self) -> None:
        self._machine.clock += PERMIT_SECONDS

    def __exit__(self, *_error: object) -> None:
        pass


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    made = Machine()
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: made.clock))
    with ExitStack() as stack:
        for name in ("one", "two"):
            stack.enter_context(registered_engine(name, made.opener(name)))
        yield made


def test_engines_take_turns_and_begin_equally_often(machine: Machine, tmp_path: Path) -> None:
    times = time_engines(("one", "two"), tmp_path, SHAPE, EngineOptions(threads=1))
    assert machine.runs[:2] == ["one", "two"], "the runs that warm them"
    rounds = [tuple(machine.runs[at : at + 2]) for at in range(2, len(machine.runs), 2)]
    assert rounds == [("two", "one") if number % 2 else ("one", "two") for number in range(ROUNDS)]
    assert times.seconds == {"one": [RUN_SECONDS] * ROUNDS, "two": [RUN_SECONDS] * ROUNDS}
    assert machine.shapes == {(LINES, *SHAPE)}


def test_waiting_for_other_models_is_no_time_of_the_engine(machine: Machine, tmp_path: Path) -> None:
    options = EngineOptions(threads=1, permit=Permit(machine))
    times = time_engines(("one", "two"), tmp_path, SHAPE, options)
    assert machine.clock == 2 * (RUN_SECONDS * (ROUNDS + 1) + PERMIT_SECONDS * ROUNDS)
    assert times.seconds == {"one": [RUN_SECONDS] * ROUNDS, "two": [RUN_SECONDS] * ROUNDS}
    assert all(opened.permit is not options.permit for opened in machine.opened), "it would be taken twice"


def test_an_engine_that_cannot_be_used_says_why(machine: Machine, tmp_path: Path) -> None:
    times = time_engines(("none such", "two"), tmp_path, SHAPE, EngineOptions(threads=1))
    assert list(times.seconds) == ["two"]
    assert isinstance(times.refusals["none such"], EngineUnavailable)


@pytest.mark.skipif(
    not Path("/proc/self/schedstat").is_file(), reason="this kernel does not say how long threads wait for a core"
)
def test_another_program_on_the_same_core_is_noticed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BESIDE_ANOTHER_PROGRAM], capture_output=True, text=True, check=True, timeout=120
    )
    assert float(done.stdout) > MOST_WAITED
