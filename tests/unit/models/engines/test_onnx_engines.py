"""ONNX Runtime and OpenVINO on a model of a few bytes, written by hand: y = x * 1 on any shape."""

import struct
import threading
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pytest

from models.engines.base import EngineOptions, open_engine
from models.errors import EngineFailure, EngineUnavailable

ENGINES = ["onnxruntime", "openvino"]


def field(number: int, value: bytes | int | str) -> bytes:
    """One protobuf field; numbers here are below 128, so every varint of a number is one byte."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    assert len(data) < 16_384
    length = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
    return bytes([number << 3 | 2]) + length + data


def multiply_model() -> bytes:
    """An ONNX model: y = x * one, x float32 of four unknown dimensions."""
    shape = b"".join(field(1, field(2, name)) for name in "nchw")
    tensor = field(1, field(1, 1) + field(2, shape))
    one = field(1, 1) + field(2, 1) + field(8, "one") + field(9, struct.pack("<f", 1.0))
    node = field(1, "x") + field(1, "one") + field(2, "y") + field(4, "Mul")
    graph = field(1, node) + field(2, "g") + field(5, one)
    graph += field(11, field(1, "x") + field(2, tensor)) + field(12, field(1, "y") + field(2, tensor))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "inference.onnx").write_bytes(multiply_model())
    return tmp_path


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


def test_twins_answer_each_their_own_and_outlive_each_other(directory: Path) -> None:
    engine = open_engine("openvino", directory, EngineOptions(threads=1))
    twin = engine.twin()
    assert twin is not None
    first = engine.run(np.full((2, 3, 4, 5), 7, np.float32))
    assert (twin.run(np.zeros((2, 3, 4, 5), np.float32)) == 0).all()
    assert (first == 7).all()
    engine.close()
    assert (twin.run(np.ones((1, 3, 4, 5), np.float32)) == 1).all()


@pytest.mark.parametrize("name", ["onnxruntime"])
def test_bf16_is_refused_where_an_engine_has_none(directory: Path, name: str) -> None:
    with pytest.raises(EngineUnavailable, match="bf16"):
        open_engine(name, directory, EngineOptions(precision="bf16"))
    assert open_engine(name, directory, EngineOptions(precision="fast")).run(np.ones((1, 3, 4, 5), np.float32)).all()


def test_openvino_says_what_it_computes_in(directory: Path) -> None:
    assert open_engine("openvino", directory, EngineOptions()).device == "CPU, f32"


def test_openvino_takes_bf16_where_the_processor_has_it_and_refuses_it_elsewhere(directory: Path) -> None:
    fast = open_engine("openvino", directory, EngineOptions(precision="fast"))
    has_bf16 = "BF16" in pytest.importorskip("openvino").Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    assert fast.device == ("CPU, bf16" if has_bf16 else "CPU, f32")
    if has_bf16:
        assert open_engine("openvino", directory, EngineOptions(precision="bf16")).device == "CPU, bf16"
        return
    with pytest.raises(EngineUnavailable, match="BF16"):
        open_engine("openvino", directory, EngineOptions(precision="bf16"))


@pytest.mark.parametrize("name", ENGINES)
def test_a_large_input_is_answered_right_and_so_is_the_next(directory: Path, name: str) -> None:
    engine = open_engine(name, directory, EngineOptions(threads=1))
    large = np.arange(3 * 2080 * 2080, dtype=np.float32).reshape(1, 3, 2080, 2080)
    np.testing.assert_array_equal(engine.run(large), large)
    small = np.ones((1, 3, 32, 32), np.float32)
    np.testing.assert_array_equal(engine.run(small), small)


@pytest.mark.parametrize("name", ENGINES)
def test_a_model_and_its_twins_compute_in_their_turn(directory: Path, name: str) -> None:
    turn = MagicMock()
    engine = open_engine(name, directory, EngineOptions(threads=1, turn=turn))
    for each in (engine, engine.twin()):
        each.run(np.ones((1, 3, 4, 5), np.float32))
    engine.run_all({"x": np.ones((1, 3, 4, 5), np.float32)})
    assert (turn.__enter__.call_count, turn.__exit__.call_count) == (3, 3)


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


def kept_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_compiled_model_is_kept_for_the_next_start_under_a_key_of_its_weights(directory: Path) -> None:
    options = EngineOptions(threads=1, artefacts=directory / "compiled")
    batch = np.full((1, 3, 4, 5), 3, np.float32)
    for _ in range(2):
        engine = open_engine("openvino", directory, options)
        assert (engine.run(batch) == 3).all()
        engine.close()
        assert len(kept_files(directory / "compiled")) == 1
    (directory / "inference.onnx").write_bytes(multiply_model() + field(7 + 1, field(2, 13)))
    open_engine("openvino", directory, options).close()
    assert len({path.parent for path in kept_files(directory / "compiled")}) == 2


def test_a_kept_model_that_is_damaged_is_compiled_again(directory: Path) -> None:
    options = EngineOptions(threads=1, artefacts=directory / "compiled")
    open_engine("openvino", directory, options).close()
    (kept,) = kept_files(directory / "compiled")
    whole = kept.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], b"x" * len(whole)):
        kept.chmod(0o600)
        kept.write_bytes(damaged)
        engine = open_engine("openvino", directory, options)
        assert (engine.run(np.full((1, 3, 4, 5), 3, np.float32)) == 3).all()
        engine.close()


def test_where_nothing_can_be_kept_models_open_all_the_same(directory: Path) -> None:
    options = EngineOptions(threads=1, artefacts=directory / "inference.onnx" / "compiled")
    open_engine("openvino", directory, options).close()
