"""PyTorch as an engine: the same answers as ONNX Runtime, and clear refusals."""

import sys
from pathlib import Path
from shutil import which

import numpy as np
import pytest
import torch

from models.engines.base import EngineOptions, open_engine
from models.errors import EngineFailure, EngineUnavailable
from tests.unit.models.engines.torch.onnx_models import node, write
from tests.unit.models.engines.torch.real_models import NAMES, directory, onnx_answer, small_batch


@pytest.fixture
def double(tmp_path: Path) -> Path:
    """A model directory: y = 2x."""
    write(tmp_path / "inference.onnx", [node("Mul", ["x", "two"], "y")], {"two": np.array([2], np.float32)})
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_official_models_answer_as_on_onnx_runtime(name: str) -> None:
    model = directory(name)
    engine = open_engine("torch", model.path, EngineOptions(threads=1))
    batch = small_batch(name)
    np.testing.assert_allclose(engine.run(batch), onnx_answer(model.weights, batch), atol=1e-4)
    assert (engine.name, engine.device, engine.batch_sizes, engine.twin()) == ("torch", "cpu, f32", (), None)


def test_answers_are_float32_in_half_precision(double: Path) -> None:
    engine = open_engine("torch", double, EngineOptions(precision="fp16"))
    answer = engine.run(np.full((1, 3, 4, 5), 1.0001, np.float32))
    assert engine.device == "cpu, fp16"
    assert answer.dtype == np.float32
    assert (answer == 2.0).all()  # float16 has no 1.0001


def test_the_fastest_precision_of_a_cpu_is_float32(double: Path) -> None:
    assert open_engine("torch", double, EngineOptions(precision="fast")).device == "cpu, f32"


@pytest.mark.skipif(which("g++") is None, reason="PyTorch's compiler needs g++ on a CPU")
def test_a_compiled_model_answers_the_same_and_its_kernels_are_kept(
    double: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TORCHINDUCTOR_CACHE_DIR", raising=False)  # set by the engine; put back at the end
    engine = open_engine("torch", double, EngineOptions(torch_compile=True, artefacts=tmp_path / "compiled"))
    assert (engine.run(np.ones((2, 3, 4, 5), np.float32)) == 2).all()
    assert (engine.run(np.ones((3, 3, 8, 5), np.float32)) == 2).all()
    assert any(file.is_file() for file in (tmp_path / "compiled" / "torch").rglob("*"))


def test_compiled_kernels_need_a_place(double: Path) -> None:
    with pytest.raises(EngineUnavailable, match="torch_compile"):
        open_engine("torch", double, EngineOptions(torch_compile=True))


def test_an_engine_uses_the_threads_that_it_is_given(double: Path) -> None:
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            open_engine("torch", double, EngineOptions(threads=threads)).run(np.ones((1, 3, 4, 5), np.float32))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_a_batch_that_is_not_to_be_written_to_is_taken(double: Path) -> None:
    batch = np.ones((1, 3, 4, 5), np.float32)
    batch.flags.writeable = False
    assert (open_engine("torch", double, EngineOptions()).run(batch) == 2).all()


def test_a_failed_batch_does_not_harm_the_next() -> None:
    engine = open_engine("torch", directory("ch_ppocr_mobile_v2.0_cls").path, EngineOptions(threads=1))
    for shape in ((4, 5), (1, 4, 48, 192)):
        with pytest.raises(EngineFailure, match=str(shape).replace("(", r"\(").replace(")", r"\)")):
            engine.run(np.zeros(shape, np.float32))
    assert engine.run(np.zeros((1, 3, 48, 192), np.float32)).sum() == pytest.approx(1, abs=1e-5)


def test_a_closed_engine_does_not_run(double: Path) -> None:
    engine = open_engine("torch", double, EngineOptions())
    engine.close()
    assert engine.twin() is None
    with pytest.raises(EngineFailure, match="closed"):
        engine.run(np.zeros((1, 3, 4, 5), np.float32))


@pytest.mark.parametrize("content", [b"no model", b""])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "inference.onnx").write_bytes(content)
    with pytest.raises(EngineFailure, match="ONNX"):
        open_engine("torch", tmp_path, EngineOptions())


def test_an_operator_that_is_not_known_is_named(tmp_path: Path) -> None:
    write(tmp_path / "inference.onnx", [node("Gelu", ["x"], "a"), node("Selu", ["a"], "y")], {}, opset=20)
    with pytest.raises(EngineFailure, match="Selu"):
        open_engine("torch", tmp_path, EngineOptions())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("device", ["gpu:0", "gpu:99", "tpu:0", "gpu"])
def test_a_device_that_is_not_there_is_never_replaced(double: Path, device: str) -> None:
    with pytest.raises(EngineUnavailable, match=device):
        open_engine("torch", double, EngineOptions(device=device))


def test_bf16_is_refused(double: Path) -> None:
    with pytest.raises(EngineUnavailable, match="bf16"):
        open_engine("torch", double, EngineOptions(precision="bf16"))


def test_tensorrt_is_refused(double: Path) -> None:
    with pytest.raises(EngineUnavailable, match="TensorRT"):
        open_engine("torch", double, EngineOptions(tensorrt=True))


def test_without_the_library_the_message_says_what_to_install(double: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "models.engines.torch.engine", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(EngineUnavailable, match=r"pip install 'ppocr-server\[torch\]'"):
        open_engine("torch", double, EngineOptions())
