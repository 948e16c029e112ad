"""ONNX Runtime on devices: bound buffers on the CPU provider, options and refusals with whatever wheel is installed."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper

from models.descriptions.model_directory import RecognitionSpec
from models.engines import onnx_gpu
from models.engines.base import BEST_CLASS_VALUES, DEVICE_BATCH_SIZES, EngineOptions, device_batch_shapes, open_engine
from models.engines.onnx_bindings import BoundSession
from models.engines.onnx_device import OnnxRuntimeDeviceEngine
from models.engines.onnx_gpu import verify_provider
from models.engines.onnx_graph import changed_model, input_name
from models.engines.onnx_providers import CUDA, TENSORRT, cuda_options, tensorrt_options
from models.errors import EngineFailure, EngineUnavailable
from models.machine import Gpu
from models.ops.ctc import greedy_decode
from models.stages.host.line_reader import HostLineReader
from tests.unit.models.engines.tiny_onnx import multiply_model

GPU = Gpu(1, "A card", 13000)
SHAPES = device_batch_shapes((3, 48, 320), 6)
has_cuda = CUDA in ort.get_available_providers()


@pytest.fixture
def session() -> ort.InferenceSession:
    return ort.InferenceSession(multiply_model(), providers=["CPUExecutionProvider"])


@pytest.fixture
def engine(session: ort.InferenceSession) -> OnnxRuntimeDeviceEngine:
    return OnnxRuntimeDeviceEngine(session, "cpu", 0, "cpu, for a test")


def batch(rows: int, width: int = 8) -> np.ndarray:
    return np.random.default_rng(rows).random((rows, 3, 4, width), dtype=np.float32)


def test_answers_are_right_whatever_came_before(engine: OnnxRuntimeDeviceEngine) -> None:
    for rows, width in [(1, 8), (3, 8), (4, 8), (3, 8), (2, 16), (1, 8), (40, 8), (3, 8)]:
        asked = batch(rows, width)
        np.testing.assert_array_equal(engine.run(asked), asked)


def test_batches_are_filled_up_to_the_sizes_of_devices(session: ort.InferenceSession) -> None:
    bound = BoundSession(session, "cpu", 0, (2, 4))
    for rows in (1, 2, 3, 4, 5):
        assert bound.run(batch(rows)).shape[0] == rows
    assert [shape[0] for shape in bound.shapes] == [2, 4, 5]


def test_rows_of_an_earlier_batch_do_not_come_back(session: ort.InferenceSession) -> None:
    bound = BoundSession(session, "cpu", 0, (4,))
    bound.run(np.ones((4, 3, 4, 8), np.float32))
    answer = bound.run(np.ones((1, 3, 4, 8), np.float32))
    assert answer.base is not None
    assert answer.base[1:].max() == 0


def test_a_shape_that_comes_again_finds_its_buffers(session: ort.InferenceSession) -> None:
    bound = BoundSession(session, "cpu", 0, DEVICE_BATCH_SIZES)
    first = bound.run(batch(2))
    bound.run(batch(2, 16))
    assert np.shares_memory(first, bound.run(batch(2)))


def test_a_callers_array_is_its_own_again(session: ort.InferenceSession) -> None:
    bound = BoundSession(session, "cpu", 0, DEVICE_BATCH_SIZES)
    asked = batch(2)
    for _ in range(2):
        kept = asked.copy()
        bound.run(asked)
        asked[:] = -1
        np.testing.assert_array_equal(bound.run(kept), kept)
        asked = batch(2)


def test_what_is_kept_is_bounded_and_the_oldest_goes_first(session: ort.InferenceSession) -> None:
    bytes_of_one = 2 * batch(2).nbytes
    bound = BoundSession(session, "cpu", 0, DEVICE_BATCH_SIZES, max_bytes=3 * bytes_of_one)
    for width in (8, 7, 6, 8, 5):
        bound.run(batch(2, width))
    assert [shape[3] for shape in bound.shapes] == [6, 8, 5]
    bound.run(batch(32, 64))
    assert [shape[3] for shape in bound.shapes] == [64]


def test_a_failed_batch_harms_no_other(engine: OnnxRuntimeDeviceEngine) -> None:
    engine.run(batch(2))
    with pytest.raises(EngineFailure, match=r"\(4, 5\)"):
        engine.run(np.zeros((4, 5), np.float32))
    np.testing.assert_array_equal(engine.run(batch(2)), batch(2))


def test_twins_run_at_once_with_buffers_of_their_own(engine: OnnxRuntimeDeviceEngine) -> None:
    twin = engine.twin()
    assert twin is not None
    wrong = []

    def work(which: OnnxRuntimeDeviceEngine, start: int) -> None:
        for number in range(100):
            asked = batch(1 + (start + number) % 5)
            wrong.extend([number] * (not np.array_equal(which.run(asked), asked)))

    threads = [threading.Thread(target=work, args=each) for each in ((engine, 0), (twin, 3))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    engine.close()
    assert engine.twin() is None
    with pytest.raises(EngineFailure, match="closed"):
        engine.run(batch(1))
    assert twin.run(batch(1)).shape == (1, 3, 4, 8)


def test_known_shapes_are_run_at_the_start(engine: OnnxRuntimeDeviceEngine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    engine.warm(EngineOptions(batch_shapes=SHAPES))
    assert f"{len(SHAPES)} shapes prepared" in caplog.text


def test_cuda_takes_cudnns_own_choice_of_kernels_and_float32_is_float32() -> None:
    exact = cuda_options(GPU, EngineOptions(device="gpu:1"))
    assert exact == {
        "device_id": "1",
        "cudnn_conv_algo_search": "HEURISTIC",
        "arena_extend_strategy": "kSameAsRequested",
        "use_tf32": "0",
    }
    assert cuda_options(GPU, EngineOptions(precision="fp16"))["use_tf32"] == "1"


def test_tensorrt_is_told_all_shapes_and_where_to_keep_what_it_makes(tmp_path: Path) -> None:
    shapes = (*device_batch_shapes((3, 48, 320), 32), *device_batch_shapes((3, 48, 3200), 6))
    options = EngineOptions(device="gpu:1", precision="fp16", batch_shapes=shapes, tensorrt=True)
    made = tensorrt_options(GPU, options, "x", tmp_path)
    assert made["trt_profile_min_shapes"] == "x:1x3x48x320"
    assert made["trt_profile_max_shapes"] == "x:32x3x48x3200"
    assert made["trt_profile_opt_shapes"] in {f"x:{'x'.join(map(str, shape))}" for shape in shapes}
    assert (made["trt_fp16_enable"], made["trt_engine_cache_path"]) == ("1", str(tmp_path))
    assert made["trt_engine_cache_enable"] == made["trt_timing_cache_enable"] == "1"
    exact = tensorrt_options(GPU, replace(options, precision="f32"), "x", None)
    assert exact["trt_fp16_enable"] == "0"
    assert not any("cache" in key for key in exact)


@pytest.mark.parametrize("wanted", [CUDA, TENSORRT])
def test_a_session_on_the_cpu_is_refused_where_a_gpu_was_asked_for(session: ort.InferenceSession, wanted: str) -> None:
    with pytest.raises(EngineUnavailable, match=rf"gpu:0.*CPUExecutionProvider instead of {wanted}: .*\.so"):
        verify_provider(session, wanted, "gpu:0")
    verify_provider(session, "CPUExecutionProvider", "gpu:0")


@pytest.mark.skipif(has_cuda, reason="this wheel of onnxruntime has the CUDA provider")
def test_a_wheel_without_cuda_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "inference.onnx").write_bytes(multiply_model())
    for options in (EngineOptions("gpu:0"), EngineOptions("gpu:0", precision="fp16")):
        with pytest.raises(EngineUnavailable, match=r"'gpu:0' needs .*CUDAExecutionProvider.*onnxruntime-gpu\[cuda"):
            open_engine("onnxruntime", tmp_path, options)
    with pytest.raises(EngineUnavailable, match=TENSORRT):
        open_engine("onnxruntime", tmp_path, EngineOptions("gpu:0", batch_shapes=SHAPES, tensorrt=True))


@pytest.mark.filterwarnings("ignore:Specified provider")
@pytest.mark.parametrize(
    "options",
    [
        EngineOptions("gpu:1"),
        EngineOptions("gpu:1", precision="fp16"),
        EngineOptions("gpu:1", precision="fast", batch_shapes=SHAPES, tensorrt=True),
    ],
)
def test_where_the_library_falls_back_to_the_cpu_the_engine_does_not_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: EngineOptions
) -> None:
    (tmp_path / "inference.onnx").write_bytes(multiply_model())
    monkeypatch.setattr(ort, "get_available_providers", lambda: [TENSORRT, CUDA, "CPUExecutionProvider"])
    monkeypatch.setattr(onnx_gpu, "find_gpu", lambda device: GPU)
    with pytest.raises(EngineUnavailable, match=r"'gpu:1'.*: .*\.so"):
        open_engine("onnxruntime", tmp_path, replace(options, artefacts=tmp_path / "kept"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (EngineOptions("gpu:0", precision="bf16"), "f32 or fp16 on gpu:0"),
        (EngineOptions(precision="fp16"), "f32 on cpu"),
        (EngineOptions(tensorrt=True), "tensorrt needs a GPU"),
    ],
)
def test_what_a_device_cannot_do_is_refused(tmp_path: Path, options: EngineOptions, words: str) -> None:
    (tmp_path / "inference.onnx").write_bytes(multiply_model())
    with pytest.raises(EngineUnavailable, match=words):
        open_engine("onnxruntime", tmp_path, options)


def reader_model(version: int) -> bytes:
    """A recogniser of one step and four classes for every column: the softmax of a line's first channel and three rows.

    Its input is (N, 3, H, W) with H of 4, its output (N, W, 4).
    """
    nodes = [
        helper.make_node("Slice", ["x", "first", "second", "one"], ["channel"]),
        helper.make_node("Squeeze", ["channel", "one"], ["rows"]),
        helper.make_node("Transpose", ["rows"], ["columns"], perm=[0, 2, 1]),
        helper.make_node("Mul", ["columns", "scale"], ["scaled"]),
        helper.make_node("Softmax", ["scaled"], ["y"], axis=2),
    ]
    constants = [
        helper.make_tensor("first", TensorProto.INT64, [1], [0]),
        helper.make_tensor("second", TensorProto.INT64, [1], [1]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("scale", TensorProto.FLOAT, [1], [5.0]),
    ]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 4, "w"])
    answer = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", "w", 4])
    graph = helper.make_graph(nodes, "g", [given], [answer], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


@pytest.mark.parametrize("version", [14, 18])
@pytest.mark.parametrize("half", [False, True])
def test_a_recogniser_answers_with_its_best_classes_alone(tmp_path: Path, version: int, half: bool) -> None:
    (tmp_path / "inference.onnx").write_bytes(reader_model(version))
    asked = batch(3, 40)
    (expected,) = ort.InferenceSession(tmp_path / "inference.onnx").run(None, {"x": asked})
    changed = changed_model(tmp_path / "inference.onnx", half=half, best_class=True)
    device = OnnxRuntimeDeviceEngine(ort.InferenceSession(changed), "cpu", 0, "cpu, for a test")
    answer = device.run(asked)
    indices, best = greedy_decode(expected)
    assert answer.shape == (3, 40, BEST_CLASS_VALUES)
    assert (answer[..., 0] == indices).mean() > (0.97 if half else 0.9999)
    np.testing.assert_allclose(answer[..., 1], best, atol=2e-3 if half else 1e-6)


def test_a_stage_reads_the_same_from_best_classes(tmp_path: Path) -> None:
    (tmp_path / "inference.onnx").write_bytes(reader_model(14))
    spec = RecognitionSpec("BGR", (3, 4, 40), ("a", "b"))
    changed = changed_model(tmp_path / "inference.onnx", half=False, best_class=True)
    device = OnnxRuntimeDeviceEngine(ort.InferenceSession(changed), "cpu", 0, "cpu, for a test")
    lines = [np.random.default_rng(seed).integers(0, 256, (4, 30, 3), np.uint8) for seed in range(3)]
    plain = open_engine("onnxruntime", tmp_path, EngineOptions())
    for rows in (3, 4):
        expected, read = (HostLineReader(spec, engine).run(lines, rows, 40) for engine in (plain, device))
        np.testing.assert_array_equal(read[0], expected[0])
        np.testing.assert_allclose(read[1], expected[1], atol=1e-6)


def test_the_name_of_the_input_is_read_from_the_file(tmp_path: Path, session: ort.InferenceSession) -> None:
    model = tmp_path / "inference.onnx"
    model.write_bytes(multiply_model())
    assert input_name(model) == session.get_inputs()[0].name
    model.write_bytes(b"no model")
    with pytest.raises(EngineFailure, match="cannot be read"):
        input_name(model)
