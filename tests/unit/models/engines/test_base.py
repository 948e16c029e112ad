from pathlib import Path

import pytest

from models.descriptions.model_directory import ClassificationSpec, RecognitionSpec
from models.engines.base import EngineOptions, device_batch_shapes, open_engine, run_failure
from models.engines.tensorrt import profile
from models.errors import EngineFailure, EngineUnavailable, OutOfDeviceMemory
from models.stages.classification import image_batch_shapes
from models.stages.recognition import line_batch_shapes


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="Unknown engine 'onix'"):
        open_engine("onix", tmp_path, EngineOptions())


def test_the_engine_of_whole_pages_opens_no_single_models(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="'torch' runs whole pages"):
        open_engine("torch", tmp_path, EngineOptions())


@pytest.mark.parametrize(
    "written",
    [
        "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Failed to allocate memory for requested buffer of size 7",
        "CUDNN failure 4000: CUDNN_STATUS_ALLOC_FAILED ; GPU=0",
        "ResourceExhaustedError: Out of memory error on GPU 0.",
        "CUDA failure 2: out of memory ; GPU=0",
    ],
)
def test_a_device_without_room_is_told_apart(written: str) -> None:
    failure = run_failure("a batch failed", RuntimeError(written))
    assert isinstance(failure, OutOfDeviceMemory)
    assert str(failure) == "a batch failed"


def test_any_other_failure_is_no_lack_of_room() -> None:
    assert type(run_failure("a batch failed", RuntimeError("invalid dimension"))) is EngineFailure


@pytest.mark.parametrize(("most", "sizes"), [(1, (1,)), (3, (1, 2, 4)), (8, (1, 2, 4, 8)), (60, (1, 2, 4, 8, 16, 32))])
def test_batches_of_a_device_have_the_sizes_up_to_the_one_that_holds_the_most(most: int, sizes: tuple[int]) -> None:
    assert device_batch_shapes((3, 48, 320), most) == tuple((size, 3, 48, 320) for size in sizes)


def test_stages_know_the_shapes_of_all_their_batches() -> None:
    lines = RecognitionSpec("BGR", (3, 48, 320), ("a",))
    shapes = line_batch_shapes(lines, "bucket")
    assert {shape[3]: shape[0] for shape in shapes} == {
        320: 32, 480: 32, 640: 32, 960: 32, 1280: 16, 1600: 16, 2240: 8, 3200: 8,
    }  # fmt: skip
    assert line_batch_shapes(lines, "reference") == line_batch_shapes(lines, "tight") == ()
    assert profile(shapes) == ((1, 3, 48, 320), profile(shapes)[1], (32, 3, 48, 3200))
    assert profile(shapes)[1] in shapes
    stretched = ClassificationSpec("BGR", None, (160, 80), None, 1, (0,) * 3, (1,) * 3, ("0", "180"))
    cropped = ClassificationSpec("BGR", 256, None, (224, 224), 1, (0,) * 3, (1,) * 3, ("0",))
    assert image_batch_shapes(stretched) == device_batch_shapes((3, 80, 160), 6)
    assert image_batch_shapes(cropped)[-1] == (8, 3, 224, 224)


def test_pytorchs_compiler_is_for_pytorch(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="torch_compile"):
        open_engine("onnxruntime", tmp_path, EngineOptions(torch_compile=True))
