"""A network that predicts a grid becomes a model that unwarps pages, the same on all engines."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from models.engines.base import EngineOptions, open_engine
from models.store.grid_conversion import convert_grid_network
from tests.unit.models.store.grid_networks import HEIGHT, WIDTH, grid_network, sampled, spread


def picture(height: int, width: int) -> NDArray[np.float32]:
    return np.random.default_rng(height).random((1, 3, height, width), np.float32)


def expected(page: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the steps around the network make of a page, computed here in float64; the network is in float32."""
    exact = page[0].astype(np.float64)
    seen = spread(exact, HEIGHT, WIDTH, corners=False)[::-1]
    network = ort.InferenceSession(grid_network(half=False))
    grid = network.run(["grid"], {"page": seen[np.newaxis].astype(np.float32)})[0][0]
    return sampled(exact, spread(grid.astype(np.float64), *exact.shape[1:]))


@pytest.mark.parametrize("size", [(60, 50), (24, 16), (7, 90), (3, 2), (1, 1)])
@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_pages_of_every_size_are_unwarped(engine: str, size: tuple[int, int], tmp_path: Path) -> None:
    if find_spec(engine) is None:
        pytest.skip(f"{engine} is not installed")
    (tmp_path / "inference.onnx").write_bytes(convert_grid_network(grid_network()))
    page = picture(*size)
    opened = open_engine(engine, tmp_path, EngineOptions())
    flat = opened.run(page)
    opened.close()
    assert flat.shape == page.shape
    np.testing.assert_allclose(flat[0], expected(page), atol=2e-4)


def test_torch_unwarps_as_the_others(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from models.engines.torch.build import build_module  # noqa: PLC0415 - needs the extra
    from models.engines.torch.reader import read_graph  # noqa: PLC0415

    file = tmp_path / "inference.onnx"
    file.write_bytes(convert_grid_network(grid_network()))
    page = picture(60, 50)
    with torch.no_grad():
        flat = build_module(read_graph(file))(torch.from_numpy(page)).numpy()
    np.testing.assert_allclose(flat[0], expected(page), atol=2e-4)


def test_some_points_are_outside_and_black() -> None:
    black = (expected(np.ones((1, 3, 60, 50), np.float32)) == 0).all(axis=0)
    assert 0 < black.sum() < black.size, "the network of these tests shows nothing about the edges of a page"


def test_the_result_is_one_valid_float32_model() -> None:
    converted = convert_grid_network(grid_network())
    assert converted == convert_grid_network(grid_network())
    model = onnx.load_from_string(converted)
    onnx.checker.check_model(model, full_check=True)
    assert [output.name for output in model.graph.output] == ["flat_image"]
    assert {tensor.data_type for tensor in model.graph.initializer} == {onnx.TensorProto.FLOAT, onnx.TensorProto.INT64}
    assert "Relu" not in {node.op_type for node in model.graph.node}, "the other output is still computed"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xff", "no ONNX model"),
        (b"", "not at all"),
        (grid_network()[:-40], "no ONNX model"),
        (grid_network(first="Relu"), "first step is not a convolution"),
    ],
)
def test_what_is_no_such_network_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        convert_grid_network(content)


def test_an_input_without_a_size_is_refused() -> None:
    model = onnx.load_from_string(grid_network())
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "height"
    with pytest.raises(ValueError, match="no fixed height"):
        convert_grid_network(model.SerializeToString())
