"""The Paddle engine on a small network."""

import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.engines.base import Engine, EngineOptions, open_engine
from models.errors import EngineFailure, EngineUnavailable
from models.machine import Gpu
from tests.unit.models.engines.paddle_layers import paddle_directory

has_paddle = find_spec("paddle") is not None
needs_paddle = pytest.mark.skipif(not has_paddle, reason="paddle is not installed (extra `paddle`)")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of pages (N, 3, H, W) with two classes, as Paddle saves it."""
    source = tmp_path_factory.mktemp("onnx")
    kernel = np.random.default_rng(0).normal(0, 10, (1, 3, 5, 5)).astype(np.float32)
    kernel = np.concatenate([kernel - kernel.mean(), kernel.mean() - kernel])  # so that neither class wins on noise
    nodes = [
        helper.make_node(
            "Conv", ["x", "kernel"], ["seen"], strides=[2, 2], dilations=[1, 1], pads=[2, 2, 2, 2], group=1
        ),
        helper.make_node("Relu", ["seen"], ["kept"]),
        helper.make_node("GlobalAveragePool", ["kept"], ["mean"]),
        helper.make_node("Squeeze", ["mean", "axes"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["classes"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, "H", "W"])],
        [helper.make_tensor_value_info("classes", TensorProto.FLOAT, ["N", 2])],
        [numpy_helper.from_array(kernel, "kernel"), numpy_helper.from_array(np.array([2, 3]), "axes")],
    )
    onnx.save(helper.make_model(graph), source / "inference.onnx")
    (source / "inference.yml").write_text("Global: {model_name: classifier}\n")
    return paddle_directory(source, source / "paddle")


@pytest.fixture
def engine(model: Path) -> Iterator[Engine]:
    opened = open_engine("paddle", model, EngineOptions(threads=1))
    yield opened
    opened.close()


def batch_of(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(count).random((count, 3, 80, 160), dtype=np.float32)


@pytest.mark.skipif(has_paddle, reason="paddle is installed")
def test_without_the_library_the_engine_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="paddle"):
        open_engine("paddle", tmp_path, EngineOptions())


@needs_paddle
def test_a_batch_gives_one_softmax_a_row(engine: Engine) -> None:
    output = engine.run(batch_of(3))
    assert output.shape == (3, 2)
    assert output.dtype == np.float32
    np.testing.assert_allclose(output.sum(axis=1), 1, atol=1e-5)
    assert (engine.name, engine.device) == ("paddle", "cpu")


@needs_paddle
def test_rows_do_not_depend_on_their_batch(engine: Engine) -> None:
    batch = batch_of(3)
    together = engine.run(batch)
    alone = np.concatenate([engine.run(batch[index : index + 1]) for index in range(3)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@needs_paddle
def test_an_answer_stays_when_the_next_batch_runs(engine: Engine) -> None:
    first = engine.run(batch_of(1))
    kept = first.copy()
    engine.run(batch_of(2))
    np.testing.assert_array_equal(first, kept)


@needs_paddle
def test_every_thread_has_a_predictor_of_its_own(engine: Engine) -> None:
    expected = {rows: engine.run(batch_of(rows)) for rows in range(1, 5)}
    wrong = []

    def work(start: int) -> None:
        for number in range(20):
            rows = 1 + (start + number) % 4
            answer = engine.run(batch_of(rows))
            wrong.extend([rows] * (answer.shape != (rows, 2) or not np.allclose(answer, expected[rows], atol=1e-6)))

    threads = [threading.Thread(target=work, args=(start,)) for start in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@needs_paddle
def test_a_failed_batch_does_not_harm_the_next(engine: Engine) -> None:
    expected = engine.run(batch_of(1))
    with pytest.raises(EngineFailure, match=r"\(1, 4, 80, 160\)"):
        engine.run(np.zeros((1, 4, 80, 160), np.float32))
    np.testing.assert_array_equal(engine.run(batch_of(1)), expected)


@needs_paddle
def test_a_closed_engine_does_not_run(engine: Engine) -> None:
    engine.close()
    with pytest.raises(EngineFailure, match="closed"):
        engine.run(batch_of(1))


@needs_paddle
def test_files_that_are_no_model_are_a_failure(tmp_path: Path) -> None:
    (tmp_path / "inference.json").write_text("{}")
    (tmp_path / "inference.pdiparams").write_bytes(b"")
    with pytest.raises(EngineFailure, match="cannot load"):
        open_engine("paddle", tmp_path, EngineOptions())


@needs_paddle
@pytest.mark.parametrize("device", ["gpu:99", "tpu:0", "gpu"])
def test_a_device_that_is_not_there_is_never_replaced(model: Path, device: str) -> None:
    with pytest.raises(EngineUnavailable, match=device):
        open_engine("paddle", model, EngineOptions(device=device))


@needs_paddle
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (EngineOptions(precision="fp16"), "f32 on cpu"),
        (EngineOptions(precision="bf16"), "f32 on cpu"),
        (EngineOptions(tensorrt=True), "tensorrt needs a GPU"),
        (EngineOptions("gpu:0", precision="bf16"), "f32 or fp16 on gpu:0"),
    ],
)
def test_what_a_device_cannot_do_is_refused(model: Path, options: EngineOptions, words: str) -> None:
    with pytest.raises(EngineUnavailable, match=words):
        open_engine("paddle", model, options)


@needs_paddle
def test_a_build_for_the_cpu_says_what_a_gpu_needs(model: Path) -> None:
    if import_module("paddle").is_compiled_with_cuda():
        pytest.skip("this Paddle was built for GPUs")
    with pytest.raises(EngineUnavailable, match=r"'gpu:0' needs paddlepaddle-gpu.*Paddle's own package index"):
        open_engine("paddle", model, EngineOptions("gpu:0", precision="fp16"))


@needs_paddle
def test_a_build_without_tensorrt_and_a_graph_of_paddle_2_are_refused(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = import_module("models.engines.paddle_tensorrt")
    if module.inference.get_trt_compile_version() == (0, 0, 0):
        with pytest.raises(EngineUnavailable, match="without TensorRT"):
            module.refuse_without_tensorrt(model / "inference.json", "gpu:0")
    monkeypatch.setattr(module.inference, "get_trt_compile_version", lambda: (10, 3, 0))
    module.refuse_without_tensorrt(model / "inference.json", "gpu:0")
    with pytest.raises(EngineUnavailable, match="Paddle 2"):
        module.refuse_without_tensorrt(model / "inference.pdmodel", "gpu:0")
    with pytest.raises(EngineUnavailable, match=r"not on gpu:1.*CUDA_VISIBLE_DEVICES"):
        module.refuse_without_tensorrt(model / "inference.json", "gpu:1")


@needs_paddle
def test_what_tensorrt_compiled_is_used_again_only_if_it_came_to_its_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = import_module("models.engines.paddle_tensorrt")
    conversions: list[Path] = []

    def convert(_graph: Path, prefix: Path, _options: EngineOptions) -> None:
        conversions.append(prefix)
        prefix.with_suffix(".json").write_text("{}")
        if len(conversions) == 1:
            raise EngineFailure("the card is full")
        prefix.with_suffix(".pdiparams").write_text("")

    monkeypatch.setattr(module, "_convert", convert)
    parameters = tmp_path / "inference.pdiparams"
    parameters.write_bytes(b"weights")
    options = EngineOptions("gpu:0", tensorrt=True, artefacts=tmp_path / "kept")
    ask = partial(module.compile_with_tensorrt, tmp_path / "inference.json", parameters, Gpu(0, "A card", 13000))
    with pytest.raises(EngineFailure):
        ask(options)
    assert not conversions[0].parent.exists()
    graph, weights = ask(options)
    assert graph.is_file()
    assert weights.is_file()
    assert ask(options) == (graph, weights)
    assert len(conversions) == 2
    graph.unlink()  # as of a start that was killed
    assert all(file.is_file() for file in ask(options))
    assert len(conversions) == 3


@needs_paddle
@pytest.mark.parametrize("half", [False, True])
def test_a_card_that_paddle_does_not_take_is_refused(model: Path, half: bool) -> None:
    if import_module("paddle").is_compiled_with_cuda():
        pytest.skip("this Paddle was built for GPUs")
    configuration = import_module("models.engines.paddle_config")
    with pytest.raises(EngineUnavailable, match="did not take device 'gpu:3'"):
        configuration.on_gpu(model / "inference.json", model / "inference.pdiparams", 3, half=half)


@needs_paddle
def test_signals_still_reach_the_process_after_opening(model: Path) -> None:
    script = f"""
        import os, signal, time
        from pathlib import Path
        seen = []
        signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
        from models.engines.base import EngineOptions, open_engine
        open_engine("paddle", Path({str(model)!r}), EngineOptions())
        os.kill(os.getpid(), signal.SIGTERM)
        print(seen)
    """
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"[{int(signal.SIGTERM)}]\n"), done.stderr
    assert done.stderr == ""
