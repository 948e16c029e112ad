"""OpenVINO's own: twins that share memory, bfloat16, and compiled models that are kept."""

from pathlib import Path

import numpy as np
import pytest

from models.engines.base import EngineOptions, open_engine
from models.errors import EngineUnavailable
from tests.unit.models.engines.tiny_onnx import field, multiply_model


def test_twins_answer_each_their_own_and_outlive_each_other(directory: Path) -> None:
    engine = open_engine("openvino", directory, EngineOptions(threads=1))
    twin = engine.twin()
    assert twin is not None
    first = engine.run(np.full((2, 3, 4, 5), 7, np.float32))
    assert (twin.run(np.zeros((2, 3, 4, 5), np.float32)) == 0).all()
    assert (first == 7).all()
    engine.close()
    assert (twin.run(np.ones((1, 3, 4, 5), np.float32)) == 1).all()


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


def kept_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.suffix == ".blob"]


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


def test_a_kept_model_that_is_damaged_is_compiled_again(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    options = EngineOptions(threads=1, artefacts=directory / "compiled")
    open_engine("openvino", directory, options).close()
    (kept,) = kept_files(directory / "compiled")
    whole = kept.read_bytes()
    # OpenVINO itself does not notice every one of these changes.
    changes = [
        whole[:at] + bytes(255 - byte for byte in whole[at : at + 64]) + whole[at + 64 :]
        for at in range(0, len(whole), 64)
    ]
    for damaged in (b"", whole[: len(whole) // 2], b"x" * len(whole), *changes):
        kept.chmod(0o600)
        kept.write_bytes(damaged)
        engine = open_engine("openvino", directory, options)
        assert (engine.run(np.full((1, 3, 4, 5), 3, np.float32)) == 3).all()
        engine.close()
        assert kept.read_bytes() != damaged
        # Only so it does not depend on what OpenVINO notices. It takes damaged weights for sound ones.
        assert "is compiled again" in caplog.text
        caplog.clear()


def test_another_number_of_streams_spoils_no_kept_model(directory: Path) -> None:
    for streams in (1, 2, 1, 2):
        options = EngineOptions(threads=1, streams=streams, artefacts=directory / "compiled")
        open_engine("openvino", directory, options).close()
        before = {path: path.stat().st_ino for path in kept_files(directory / "compiled")}
    open_engine("openvino", directory, options).close()
    assert {path: path.stat().st_ino for path in kept_files(directory / "compiled")} == before


def test_where_nothing_can_be_kept_models_open_all_the_same(directory: Path) -> None:
    options = EngineOptions(threads=1, artefacts=directory / "inference.onnx" / "compiled")
    open_engine("openvino", directory, options).close()
