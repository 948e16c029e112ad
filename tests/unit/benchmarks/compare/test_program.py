import sys
from pathlib import Path

import pytest

from benchmarks.compare import program
from benchmarks.compare.errors import NotCompared
from benchmarks.compare.model import AnswerLine
from benchmarks.compare.program import Program, environment, running, understand
from benchmarks.compare.provider import NotAnswered
from tests.unit.benchmarks.compare.samples import image_document
from tests.unit.benchmarks.compare.stand_in import terms

LIBRARY = """
import os, sys, time
sys.path.insert(0, {programs!r})
from answer_lines import answer_lines
def load():
    print("a library that prints")
    def read(path, kind):
        name = os.path.basename(path)
        if "late" in name: time.sleep(60)
        if "dead" in name: os._exit(3)
        if "odd" in name: raise ValueError(path)
        key = os.environ.get("KEY", "no key")
        return [[(name + " " + kind, 0.5, [[0, 0], [1, 1]])], [(key, None, None)]]
    return read
answer_lines(load, ["pip"])
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    path = tmp_path / "library.py"
    path.write_text(LIBRARY.format(programs=str(program.PROGRAMS)), encoding="utf-8")
    return [sys.executable, str(path)]


def test_a_library_is_asked_and_told_apart_from_what_it_prints(
    tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "a-credential")
    started = Program(command, environment(), terms())
    first, second = understand(started.read(image_document(tmp_path, "a.png"), b"").raw)
    assert first.lines == (AnswerLine("a.png image", 0.5, ((0.0, 0.0), (1.0, 1.0))),)
    assert (second.number, second.text) == (2, "no key"), "no credential reaches a program"
    started.stop()


def test_one_that_is_late_or_dies_is_started_again(tmp_path: Path, command: list[str]) -> None:
    started = Program(command, environment(), terms(timeout_seconds=2))
    outcomes = []
    for name in ("late.png", "dead.png", "odd.png", "good.png"):
        try:
            understand(started.read(image_document(tmp_path, name), b"").raw)
            outcomes.append(("answered", ""))
        except NotAnswered as error:
            outcomes.append((error.outcome, error.reason))
    started.stop()
    assert outcomes == [
        ("timeout", "No answer came within the time that the plan allows."),
        ("failed", "The program ended while it read."),
        ("failed", "The library failed: ValueError."),
        ("answered", ""),
    ]


def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    started = Program([sys.executable, "-c", "import no_such_library"], environment(), terms())
    with pytest.raises(NotCompared, match="did not start: ModuleNotFoundError: No module named 'no_such_library'"):
        started.read(image_document(tmp_path), b"")


def test_an_interpreter_that_is_not_there_is_named() -> None:
    with (
        pytest.raises(NotCompared, match="There is no interpreter /no/python"),
        running("x", "/no/python", [], {}, terms()),
    ):
        pass
