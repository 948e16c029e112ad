"""Networks with pictures in and small answers out say what ONNX Runtime says, on real pages and lines."""

from collections.abc import Callable
from math import isclose

import numpy as np
import pytest
import torch
from torch import Tensor

from models.engines.torch.device import choose_layout
from models.engines.torch.graph import Graph, Step
from models.engines.torch.lane import CpuLane
from models.engines.torch.networks import (
    Normalization,
    UnwarpingNetwork,
    best_classes,
    detector_network,
    recogniser_network,
    without_softmax,
)
from models.engines.torch.session import (
    PADDING_LEVEL,
    Form,
    TorchModel,
    open_classifier,
    open_detector,
    open_recogniser,
)
from models.errors import EngineFailure
from models.ops.normalize import Normalizer
from tests.unit.models.engines.torch.real_models import (
    detector_input,
    directory,
    line_input,
    lines,
    onnx_answer,
    page,
    planes,
)

PAGES = ("print.png", "cjk.png", "skewed.jpg")
LANE = CpuLane()


def run(model: TorchModel, batch: Tensor) -> tuple[Tensor, ...]:
    with LANE.active():
        return model(batch)


@pytest.mark.parametrize("model", ["PP-OCRv5_mobile_det", "PP-OCRv6_small_det"])
@pytest.mark.parametrize("name", PAGES)
def test_a_detector_sees_the_same_text(model: str, name: str) -> None:
    found = directory(model)
    image = page(name)
    expected = onnx_answer(found.weights, detector_input(found, image))[:, 0]
    assert (expected > 0.3).any()
    (maps,) = run(open_detector(found, LANE, Form(torch.float32)), torch.from_numpy(planes(image)))
    assert maps.shape == (1, *image.shape[:2])
    np.testing.assert_allclose(maps.numpy(), expected, atol=2e-3)
    assert np.abs(maps.numpy() - expected).mean() < 1e-6


def test_half_precision_sees_nearly_the_same_text() -> None:
    found = directory("PP-OCRv5_mobile_det")
    image = page("print.png", 320)
    expected = onnx_answer(found.weights, detector_input(found, image))[:, 0] > 0.3
    (maps,) = run(open_detector(found, LANE, Form(torch.float16)), torch.from_numpy(planes(image)))
    assert maps.dtype == torch.float32
    seen = maps.numpy() > 0.3
    assert (seen & expected).sum() / (seen | expected).sum() > 0.95


@pytest.mark.parametrize("model", ["PP-OCRv5_mobile_rec", "PP-OCRv6_small_rec"])
@pytest.mark.parametrize("name", ["print.png", "cjk.png"])
def test_a_recogniser_reads_the_same_classes(model: str, name: str) -> None:
    found = directory(model)
    batch = lines(name)[:8]
    probabilities = onnx_answer(found.weights, line_input(batch))
    indices, confidences = run(open_recogniser(found, LANE, Form(torch.float32)), torch.from_numpy(batch))
    assert (indices.dtype, confidences.dtype) == (torch.int32, torch.float32)
    np.testing.assert_array_equal(indices.numpy(), probabilities.argmax(-1))
    np.testing.assert_allclose(confidences.numpy(), probabilities.max(-1), atol=2e-4)


def test_half_precision_reads_nearly_the_same_classes() -> None:
    found = directory("PP-OCRv5_mobile_rec")
    batch = lines("print.png")[:2]
    expected = onnx_answer(found.weights, line_input(batch)).argmax(-1)
    indices, _ = run(open_recogniser(found, LANE, Form(torch.float16)), torch.from_numpy(batch))
    assert (indices.numpy() == expected).mean() > 0.98


def test_the_padding_level_is_nothing_to_the_recogniser() -> None:
    values = Normalizer.signed_unit().tables[0]
    assert abs(values[PADDING_LEVEL]) == np.abs(values).min()


@pytest.mark.parametrize(("model", "size"), [("PP-LCNet_x1_0_doc_ori", 224), ("ch_ppocr_mobile_v2.0_cls", 48)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_classifier_chooses_the_same_class(model: str, size: int, dtype: torch.dtype) -> None:
    found = directory(model)
    spec = found.classification()
    width = size if spec.size is None else spec.size[0]
    images = np.concatenate([planes(page(name))[:, :, :size, :width] for name in PAGES])
    tables = Normalizer.from_mean_std(spec.mean, spec.std, spec.scale).tables
    ordered = images if spec.channels == "BGR" else images[:, ::-1]
    inputs = np.stack([tables[channel][ordered[:, channel]] for channel in range(3)], axis=1)
    expected = onnx_answer(found.weights, np.ascontiguousarray(inputs))
    (logits,) = run(open_classifier(found, LANE, Form(dtype)), torch.from_numpy(images))
    assert logits.dtype == torch.float32
    tolerance = 1e-5 if dtype == torch.float32 else 2e-2
    np.testing.assert_allclose(torch.softmax(logits, -1).numpy(), expected, atol=tolerance)
    np.testing.assert_array_equal(logits.argmax(-1).numpy(), expected.argmax(-1))


def test_normalisation_is_the_hosts() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16).repeat(3, axis=1)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    expected = Normalizer.from_mean_std(mean, std, 1 / 255).tables.reshape(1, 3, 16, 16)
    found = Normalization(1 / 255, mean, std, "BGR")(torch.from_numpy(levels))
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)


def test_a_network_of_the_other_channel_order_sees_its_own() -> None:
    picture = torch.tensor([10, 20, 30], dtype=torch.uint8).reshape(1, 3, 1, 1)
    seen = Normalization(1.0, (0, 0, 0), (1, 1, 1), "RGB")(picture)
    assert seen.flatten().tolist() == [30.0, 20.0, 10.0]


@pytest.mark.parametrize("network", [detector_network, recogniser_network])
def test_the_layout_in_memory_changes_nothing(network: Callable[..., torch.nn.Module]) -> None:
    name = "PP-OCRv5_mobile_det" if network is detector_network else "PP-OCRv5_mobile_rec"
    picture = torch.from_numpy(planes(page("print.png", 320)))[:, :, : 48 if name.endswith("rec") else None]
    answers = []
    for layout in (torch.contiguous_format, torch.channels_last):
        body = network(directory(name), layout).to(memory_format=layout)
        with LANE.active():
            answers.append(body(picture))
    for plain, turned in zip(*answers, strict=True):
        assert turned.is_contiguous()
        torch.testing.assert_close(turned, plain, atol=2e-3, rtol=0)


def test_feature_maps_lie_as_tensor_cores_take_them_and_nowhere_else() -> None:
    gpu, cpu = torch.device("cuda", 0), torch.device("cpu")
    assert choose_layout(gpu, torch.float16) == torch.channels_last
    assert {choose_layout(gpu, torch.float32), choose_layout(cpu, torch.float16)} == {torch.contiguous_format}


def test_best_classes_are_the_softmax_largest() -> None:
    logits = torch.randn(2, 5, 40, generator=torch.Generator().manual_seed(1)) * 6
    index, confidence = best_classes(logits)
    expected = torch.softmax(logits, -1).max(-1)
    assert index.tolist() == expected.indices.tolist()
    torch.testing.assert_close(confidence, expected.values)


def test_unwarping_cuts_fractions_off() -> None:
    picture = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16).repeat(1, 3, 1, 1)

    class Darker(torch.nn.Module):
        def forward(self, pages: Tensor) -> Tensor:
            return pages - 0.5 / 255

    (flat,) = UnwarpingNetwork(Darker())(picture)
    assert flat.dtype == torch.uint8
    assert (picture.int() - flat.int()).clamp(min=0).max() <= 1
    assert flat.max() == 254


def test_a_network_without_a_softmax_at_its_end_is_refused() -> None:
    graph = Graph("x", "y", (Step("Relu", ("x",), "y"),), {}, 17)
    with pytest.raises(EngineFailure, match="softmax"):
        without_softmax(graph, 3)
    other_axis = Graph("x", "y", (Step("Softmax", ("x",), "y", {"axis": 1}),), {}, 17)
    with pytest.raises(EngineFailure, match="softmax"):
        without_softmax(other_axis, 3)


def test_a_batch_that_does_not_fit_fails_alone() -> None:
    model = open_classifier(directory("ch_ppocr_mobile_v2.0_cls"), LANE, Form(torch.float32))
    model.prepare([(2, 3, 48, 192), (1, 3, 48, 192)])
    with pytest.raises(EngineFailure, match=r"\(1, 4, 48, 192\)"):
        run(model, torch.zeros((1, 4, 48, 192), dtype=torch.uint8))
    (logits,) = run(model, torch.zeros((1, 3, 48, 192), dtype=torch.uint8))
    (other,) = run(model.on(CpuLane()), torch.zeros((1, 3, 48, 192), dtype=torch.uint8))
    assert logits.tolist() == other.tolist()
    assert isclose(float(torch.softmax(logits, -1).sum()), 1.0, abs_tol=1e-6)
