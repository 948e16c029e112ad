"""One engine is taken, and measured again where it must be. The engines are fakes: one of them takes a while."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.engines.base import EngineOpener, EngineOptions, registered_engine
from models.engines.choice import MEMORY_FILE, RUNS, fastest_engine
from models.engines.fake import FakeEngine, ModelFunction, echo
from models.errors import EngineUnavailable

NAMES = ("slow", "quick")
SHAPE = (3, 48, 320)
OPTIONS = EngineOptions(threads=1)


def slow_echo(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    time.sleep(0.02)
    return echo(batch)


@pytest.fixture
def opened() -> Iterator[list[FakeEngine]]:
    engines: list[FakeEngine] = []

    def opener(answer: ModelFunction) -> EngineOpener:
        def open_fake(directory: Path, options: EngineOptions) -> FakeEngine:
            engines.append(FakeEngine(answer))
            return engines[-1]

        return open_fake

    with ExitStack() as stack:
        stack.enter_context(registered_engine("slow", opener(slow_echo)))
        stack.enter_context(registered_engine("quick", opener(echo)))
        yield engines


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "inference.onnx").write_bytes(b"weights")
    return tmp_path / "model"


def test_the_fastest_is_taken_and_all_are_closed(opened: list[FakeEngine], model: Path, tmp_path: Path) -> None:
    assert fastest_engine(NAMES, model, SHAPE, OPTIONS, tmp_path) == "quick"
    assert [engine.closed for engine in opened] == [True, True]
    assert [len(engine.shapes) for engine in opened] == [RUNS + 1] * 2


def test_a_choice_is_kept(opened: list[FakeEngine], model: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    for _ in range(2):
        assert fastest_engine(NAMES, model, SHAPE, OPTIONS, store) == "quick"
    assert len(opened) == 2
    assert [file.name for file in store.iterdir()] == [MEMORY_FILE]


@pytest.mark.parametrize("change", ["weights", "threads", "precision", "engines"])
def test_what_could_change_the_choice_is_measured_again(
    opened: list[FakeEngine], model: Path, tmp_path: Path, change: str
) -> None:
    fastest_engine(NAMES, model, SHAPE, OPTIONS, tmp_path)
    options = {"threads": EngineOptions(threads=2), "precision": EngineOptions(threads=1, precision="fast")}
    if change == "weights":
        (model / "inference.onnx").write_bytes(b"others")
    names = NAMES[::-1] if change == "engines" else NAMES
    fastest_engine(names, model, SHAPE, options.get(change, OPTIONS), tmp_path)
    assert len(opened) == 4


@pytest.mark.parametrize("content", [b"no json", b"[]", b"\xff", b'{"key": 3}', b"[" * 100_000])
def test_a_damaged_memory_is_replaced(opened: list[FakeEngine], model: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / MEMORY_FILE).write_bytes(content)
    for _ in range(2):
        assert fastest_engine(NAMES, model, SHAPE, OPTIONS, tmp_path) == "quick"
    assert len(opened) == 2


def test_where_it_cannot_be_kept_every_start_measures(
    opened: list[FakeEngine], model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    for _ in range(2):
        assert fastest_engine(NAMES, model, SHAPE, OPTIONS, tmp_path / "file") == "quick"
    assert len(opened) == 4
    assert "measures again" in caplog.text


def test_one_engine_needs_no_measurement(opened: list[FakeEngine], tmp_path: Path) -> None:
    assert fastest_engine(("slow",), tmp_path / "nothing", SHAPE, OPTIONS, tmp_path) == "slow"
    assert not opened


def test_an_engine_that_cannot_be_used_is_left_out(
    opened: list[FakeEngine], model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert fastest_engine(("none such", "slow"), model, SHAPE, OPTIONS, tmp_path) == "slow"
    assert "not none such: Unknown engine" in caplog.text


def test_where_none_can_be_used_the_first_says_why(model: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="'first'"):
        fastest_engine(("first", "second"), model, SHAPE, OPTIONS, tmp_path)
    assert not (tmp_path / MEMORY_FILE).exists()
