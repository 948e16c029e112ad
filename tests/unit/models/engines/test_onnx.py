"""ONNX Runtime, and what OpenVINO has in common with it, on a model of a few bytes: y = x * 1 on any shape."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest

from models.engines.base import EngineOptions, open_engine
from models.errors import EngineFailure, EngineUnavailable

ENGINES = ["onnxruntime", "openvino"]


@pytest.mark.parametrize("name", ENGINES)
def test_an_answer_is_right_until_the_next_run(directory: Path, name: str) -> None:
    engine = open_engine(name, directory, EngineOptions(threads=1))
    for value, shape in enumerate([(2, 3, 4, 5), (1, 3, 48, 320), (2, 3, 4, 5)]):
        answer = engine.run(np.full(shape, value, np.float32))
        assert answer.shape == shape
        assert (answer == value).all()
    assert engine.name == name
    assert "CPU" in engine.device.upper()
    engine.close()
    with pytest.raises(EngineFailure):
        engine.run(np.zeros((1, 3, 4, 5), np.float32))


@pytest.mark.parametrize("name", ["onnxruntime"])
def test_bf16_is_refused_where_an_engine_has_none(directory: Path, name: str) -> None:
    with pytest.raises(EngineUnavailable, match="bf16"):
        open_engine(name, directory, EngineOptions(precision="bf16"))
    assert open_engine(name, directory, EngineOptions(precision="fast")).run(np.ones((1, 3, 4, 5), np.float32)).all()


@pytest.mark.parametrize("name", ENGINES)
def test_a_large_input_is_answered_right_and_so_is_the_next(directory: Path, name: str) -> None:
    engine = open_engine(name, directory, EngineOptions(threads=1))
    large = np.arange(3 * 2080 * 2080, dtype=np.float32).reshape(1, 3, 2080, 2080)
    np.testing.assert_array_equal(engine.run(large), large)
    small = np.ones((1, 3, 32, 32), np.float32)
    np.testing.assert_array_equal(engine.run(small), small)


@pytest.mark.parametrize("name", ENGINES)
def test_a_model_and_its_twins_compute_with_a_permit(directory: Path, name: str) -> None:
    permit = MagicMock()
    engine = open_engine(name, directory, EngineOptions(threads=1, permit=permit))
    for each in (engine, engine.twin()):
        each.run(np.ones((1, 3, 4, 5), np.float32))
    engine.run_all({"x": np.ones((1, 3, 4, 5), np.float32)})
    assert (permit.__enter__.call_count, permit.__exit__.call_count) == (3, 3)


@pytest.mark.parametrize("name", ENGINES)
def test_twins_of_a_model_with_several_streams_answer_side_by_side(directory: Path, name: str) -> None:
    engine = open_engine(name, directory, EngineOptions(threads=2, streams=2))
    twins = [engine, engine.twin(), engine.twin()]
    wrong = []

    def answer(number: int) -> None:
        batch = np.full((1, 3, 4, 5), number, np.float32)
        wrong.extend(number for _ in range(50) if not np.array_equal(twins[number].run(batch), batch))

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.close()
    assert not wrong
    np.testing.assert_array_equal(twins[1].run(np.ones((1, 3, 4, 5), np.float32)), np.ones((1, 3, 4, 5), np.float32))


@pytest.mark.parametrize("name", ENGINES)
def test_another_device_is_refused_and_never_replaced(directory: Path, name: str) -> None:
    with pytest.raises(EngineUnavailable, match="gpu:0"):
        open_engine(name, directory, EngineOptions(device="gpu:0"))


@pytest.mark.parametrize("name", ENGINES)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "inference.onnx").write_bytes(b"no model")
    with pytest.raises(EngineFailure):
        open_engine(name, tmp_path, EngineOptions())


@pytest.mark.parametrize("name", ENGINES)
def test_a_batch_of_a_wrong_rank_fails_alone(directory: Path, name: str) -> None:
    engine = open_engine(name, directory, EngineOptions(threads=1))
    with pytest.raises(EngineFailure):
        engine.run(np.zeros((4, 5), np.float32))
    assert engine.run(np.ones((1, 3, 4, 5), np.float32)).sum() == 60


QUIETED_ELSEWHERE = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS")
"""Variables under which ONNX Runtime is silent whatever we do; in production none of them is set."""


def _files_after(statement: str, home: Path, more: dict[str, str] | None = None) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if name not in QUIETED_ELSEWHERE}
    environment = kept | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")} | (more or {})
    subprocess.run([sys.executable, "-B", "-c", statement], env=environment, check=True)
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("engine", ["onnx", "openvino"])
def test_loading_an_engine_leaves_nothing_behind(engine: str, tmp_path: Path) -> None:
    assert _files_after(f"import models.engines.{engine}", tmp_path) == []


def test_what_is_set_outside_does_not_turn_it_on(tmp_path: Path) -> None:
    assert _files_after("import models.engines.onnx", tmp_path, {"ORT_DISABLE_TELEMETRY": "0"}) == []


def test_the_library_alone_would_keep_an_identifier(tmp_path: Path) -> None:
    """If this fails the library has changed, and with it what has to be done: read its notes on privacy."""
    assert any("deviceid" in file for file in _files_after("import onnxruntime", tmp_path))
