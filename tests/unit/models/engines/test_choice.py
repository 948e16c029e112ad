"""One engine is taken, and measured again where it must be. The engines are fakes: one of them takes a while."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.engines import timing
from models.engines.base import EngineOpener, EngineOptions, registered_engine
from models.engines.choice import MEMORY_FILE, EngineChoice, decide, kept_choice, measured_choice
from models.engines.fake import FakeEngine, ModelFunction, echo
from models.engines.timing import ROUNDS, Timings
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
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of this process never wait for a core, whatever else runs on the machine of the test."""
    monkeypatch.setattr(timing, "_waited", lambda: 0.0)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "inference.onnx").write_bytes(b"weights")
    return tmp_path / "model"


def chosen(model: Path, memory: Path, names: Sequence[str] = NAMES, options: EngineOptions = OPTIONS) -> str:
    return measured_choice(names, model, SHAPE, options, memory).engine


def timings(*seconds: float, waited: float = 0.0, odd_rounds: int = 0) -> Timings:
    """Engines ``best known``, ``second``, ... with the same time in every round, except in the first rounds."""
    names = ("best known", "second", "third")
    rows = {name: [each] * ROUNDS for name, each in zip(names, seconds, strict=False)}
    rows["best known"][:odd_rounds] = [10 * seconds[0]] * odd_rounds
    return Timings(rows, waited, {})


@pytest.mark.parametrize(
    ("figures", "engine", "reason"),
    [
        (timings(1.0, 0.5), "second", "clearly_faster"),
        (timings(1.0, 0.5, 0.4), "third", "clearly_faster"),
        (timings(0.5, 1.0), "best known", "best_known"),
        (timings(1.0, 0.9), "best known", "best_known"),
        (timings(1.0, 0.95, odd_rounds=ROUNDS - 1), "best known", "best_known"),
        (timings(1.0, 0.5, waited=0.5), "best known", "busy_machine"),
        (timings(1.0), "best known", "best_known"),
        (timings(1.0, waited=0.5), "best known", "best_known"),
    ],
)
def test_the_best_known_engine_gives_way_only_to_a_clearly_faster_one(
    figures: Timings, engine: str, reason: str
) -> None:
    choice = decide(figures)
    assert (choice.engine, choice.reason) == (engine, reason)
    assert choice.milliseconds["best known"] == pytest.approx(min(figures.seconds["best known"]) * 250)


def test_one_lucky_round_decides_nothing() -> None:
    lucky = {"best known": [1.0] * ROUNDS, "second": [0.5, *[1.0] * (ROUNDS - 1)]}
    assert decide(Timings(lucky, 0.0, {})).engine == "best known"


def test_the_fastest_is_taken_and_all_are_closed(
    opened: list[FakeEngine], quiet: None, model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert chosen(model, tmp_path) == "quick"
    assert [engine.closed for engine in opened] == [True, True]
    assert [len(engine.shapes) for engine in opened] == [ROUNDS + 1] * 2
    assert "engine: quick, clearly the fastest: slow " in caplog.text
    assert "ms a line; measured at 20" in caplog.text


def test_a_choice_is_kept_with_its_figures(opened: list[FakeEngine], quiet: None, model: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first, second = (measured_choice(NAMES, model, SHAPE, OPTIONS, store) for _ in range(2))
    assert first == second == kept_choice(NAMES, model, OPTIONS, store)
    assert set(first.milliseconds) == set(NAMES)
    assert len(opened) == 2
    assert [file.name for file in store.iterdir()] == [MEMORY_FILE]


def test_a_kept_choice_can_be_measured_again(
    opened: list[FakeEngine], quiet: None, model: Path, tmp_path: Path
) -> None:
    chosen(model, tmp_path)
    measured_choice(NAMES, model, SHAPE, OPTIONS, tmp_path, again=True)
    assert len(opened) == 4


def test_a_busy_machine_decides_nothing_for_good(
    opened: list[FakeEngine], model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = iter(range(0, 1000, 10))
    monkeypatch.setattr(timing, "_waited", lambda: float(next(passed)))
    assert chosen(model, tmp_path) == "slow"
    kept = kept_choice(NAMES, model, OPTIONS, tmp_path)
    assert kept is not None
    assert (kept.engine, kept.reason) == ("slow", "busy_machine")
    monkeypatch.setattr(timing, "_waited", lambda: 0.0)
    assert [chosen(model, tmp_path) for _ in range(2)] == ["quick", "quick"]
    assert len(opened) == 4


def test_a_bare_name_of_an_earlier_version_is_measured_again(
    opened: list[FakeEngine], quiet: None, model: Path, tmp_path: Path
) -> None:
    chosen(model, tmp_path)
    file = tmp_path / MEMORY_FILE
    file.write_text(json.dumps(dict.fromkeys(json.loads(file.read_text()), "slow")))
    assert chosen(model, tmp_path) == "quick"
    assert len(opened) == 4


@pytest.mark.parametrize("change", ["weights", "threads", "precision", "engines"])
def test_what_could_change_the_choice_is_measured_again(
    opened: list[FakeEngine], quiet: None, model: Path, tmp_path: Path, change: str
) -> None:
    chosen(model, tmp_path)
    options = {"threads": EngineOptions(threads=2), "precision": EngineOptions(threads=1, precision="fast")}
    if change == "weights":
        (model / "inference.onnx").write_bytes(b"others")
    names = NAMES[::-1] if change == "engines" else NAMES
    chosen(model, tmp_path, names, options.get(change, OPTIONS))
    assert len(opened) == 4


WRONG_ENTRIES = [
    b'{"KEY": 3}',
    b'{"KEY": {"engine": "quick"}}',
    b'{"KEY": {"engine": "quick", "reason": "luck", "x": 1}}',
]


@pytest.mark.parametrize("content", [b"no json", b"[]", b"\xff", *WRONG_ENTRIES, b"[" * 100_000])
def test_a_damaged_memory_is_replaced(
    opened: list[FakeEngine], quiet: None, model: Path, tmp_path: Path, content: bytes
) -> None:
    chosen(model, tmp_path)
    (key,) = json.loads((tmp_path / MEMORY_FILE).read_text())
    (tmp_path / MEMORY_FILE).write_bytes(content.replace(b"KEY", key.encode()))
    for _ in range(2):
        assert chosen(model, tmp_path) == "quick"
    assert len(opened) == 4


def test_where_it_cannot_be_kept_every_start_measures(
    opened: list[FakeEngine], quiet: None, model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    for _ in range(2):
        assert chosen(model, tmp_path / "file") == "quick"
    assert len(opened) == 4
    assert "measures again" in caplog.text


def test_an_engine_that_cannot_be_used_is_left_out(
    opened: list[FakeEngine], model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    assert chosen(model, tmp_path, ("none such", "slow")) == "slow"
    assert "not none such: Unknown engine" in caplog.text


def test_where_none_can_be_used_the_first_says_why(model: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="'first'"):
        chosen(model, tmp_path, ("first", "second"))
    assert not (tmp_path / MEMORY_FILE).exists()


def test_a_choice_says_its_figures() -> None:
    choice = EngineChoice("quick", "best_known", {"quick": 2.04, "slow": 2.11}, "2026-02-03 04:05:06+00:00")
    assert str(choice) == (
        "quick, the best known one, because none is clearly faster: quick 2.0 ms a line, slow 2.1 ms a line; "
        "measured at 2026-02-03 04:05:06+00:00"
    )
