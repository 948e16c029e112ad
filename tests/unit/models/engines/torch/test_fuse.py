"""Each pass over a network leaves its function as it is, and makes it shorter where it should."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models.engines.torch.affine import fold_affine, fold_into_next, fold_into_previous, join_affine, name_affine
from models.engines.torch.build import build_module
from models.engines.torch.fuse import fused
from models.engines.torch.graph import Constant, Graph, Step
from models.engines.torch.networks import without_softmax
from models.engines.torch.patterns import (
    join_gelu,
    join_hard_swish,
    join_layer_normalization,
    join_linear,
    join_silu,
)
from tests.unit.models.engines.torch.real_models import NAMES, directory, graph, onnx_answer, small_batch

Pass = Callable[[Graph], Graph]

PASSES: tuple[Pass, ...] = (
    join_silu,
    join_gelu,
    join_hard_swish,
    join_layer_normalization,
    join_linear,
    name_affine,
    lambda given: join_affine(name_affine(given)),
    lambda given: fold_into_previous(name_affine(given)),
    lambda given: fold_into_next(name_affine(given)),
    fused,
)
TITLES = (*(each.__name__ for each in PASSES[:6]), "join_affine", "fold_into_previous", "fold_into_next", "fused")


def answer(network: Graph, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    with torch.no_grad():
        found: NDArray[np.float32] = build_module(network)(torch.from_numpy(batch)).numpy()
    return found


@pytest.mark.parametrize("name", ["PP-OCRv5_mobile_det", "PP-OCRv5_mobile_rec", "ch_ppocr_mobile_v2.0_cls"])
@pytest.mark.parametrize("changed", PASSES, ids=TITLES)
def test_a_pass_keeps_the_answers_of_the_official_networks(changed: Pass, name: str) -> None:
    batch = small_batch(name)
    expected = onnx_answer(directory(name).weights, batch)
    np.testing.assert_allclose(answer(changed(graph(name)), batch), expected, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("changed", [join_gelu, fused])
def test_all_networks_keep_their_answers(changed: Pass, name: str) -> None:
    test_a_pass_keeps_the_answers_of_the_official_networks(changed, name)


@pytest.mark.parametrize(
    ("name", "changed", "operator"),
    [
        ("PP-OCRv5_mobile_rec", join_silu, "Silu"),
        ("PP-OCRv6_small_rec", join_gelu, "Gelu"),
        ("ch_ppocr_mobile_v2.0_cls", join_hard_swish, "HardSwish"),
        ("PP-OCRv5_mobile_rec", join_layer_normalization, "LayerNormalization"),
        ("PP-OCRv5_mobile_rec", join_linear, "Linear"),
    ],
)
def test_what_was_written_out_is_found(name: str, changed: Pass, operator: str) -> None:
    assert sum(step.operator == operator for step in changed(graph(name)).steps) >= 4


@pytest.mark.parametrize(
    ("name", "most"), [("PP-OCRv5_mobile_det", 170), ("PP-OCRv5_mobile_rec", 175), ("PP-LCNet_x1_0_doc_ori", 80)]
)
def test_little_is_left_of_what_can_be_folded(name: str, most: int) -> None:
    steps = fused(graph(name)).steps
    assert len(steps) <= most
    assert "BatchNormalization" not in {step.operator for step in steps}


def network_of(steps: list[Step], constants: dict[str, Constant]) -> Graph:
    return Graph("x", steps[-1].output, (), {}, 17).changed(steps, constants)


RANDOM = np.random.default_rng(11)
X = RANDOM.normal(0, 1, (2, 4, 6, 5)).astype(np.float32)
VECTOR = RANDOM.normal(0, 1, (1, 4, 1, 1)).astype(np.float32)
KERNEL = RANDOM.normal(0, 1, (6, 2, 3, 3)).astype(np.float32)
PADDED = {"pads": (1, 1, 1, 1), "group": 2}
UNPADDED = {"group": 2}


@pytest.mark.parametrize(("operator", "left"), [("Mul", 1), ("Add", 2)])
def test_a_shift_is_not_folded_into_padding(operator: str, left: int) -> None:
    steps = [Step(operator, ("x", "v"), "a"), Step("Conv", ("a", "k"), "y", PADDED)]
    given = network_of(steps, {"v": VECTOR, "k": KERNEL})
    folded = fold_affine(given)
    assert len(folded.steps) == left
    np.testing.assert_allclose(answer(folded, X), answer(given, X), atol=1e-5)


def test_scale_and_shift_of_each_channel_go_into_a_grouped_convolution() -> None:
    steps = [
        Step("Mul", ("v", "x"), "a"),
        Step("Sub", ("v", "a"), "b"),
        Step("Conv", ("b", "k", "bias"), "y", UNPADDED),
    ]
    given = network_of(steps, {"v": VECTOR, "k": KERNEL, "bias": np.arange(6, dtype=np.float32)})
    folded = fold_affine(given)
    assert [step.operator for step in folded.steps] == ["Conv"]
    np.testing.assert_allclose(answer(folded, X), answer(given, X), atol=1e-4)


def test_a_normalisation_of_squeezed_values_keeps_its_axes() -> None:
    steps = [
        Step("Conv", ("x", "k"), "a", {"group": 2}),
        Step("Squeeze", ("a",), "b", {"axes": (2,)}),
        Step("BatchNormalization", ("b", "scale", "shift", "mean", "variance"), "y"),
    ]
    numbers = {name: RANDOM.uniform(0.5, 2, 6).astype(np.float32) for name in ("scale", "shift", "mean", "variance")}
    given = network_of(steps, {"k": KERNEL, **numbers})
    line = X[:, :, :3]
    folded = fold_affine(given)
    assert answer(folded, line).shape == (2, 6, 3)
    np.testing.assert_allclose(answer(folded, line), answer(given, line), atol=1e-5)


def test_a_value_that_is_used_twice_is_not_folded_away() -> None:
    steps = [
        Step("Conv", ("x", "k"), "a"),
        Step("Add", ("a", "v"), "b"),
        Step("Add", ("a", "b"), "y"),
    ]
    given = network_of(steps, {"v": VECTOR, "k": RANDOM.normal(0, 1, (4, 4, 1, 1)).astype(np.float32)})
    folded = fold_affine(given)
    assert len(folded.steps) == 3
    np.testing.assert_allclose(answer(folded, X), answer(given, X), atol=1e-5)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_transposed_convolution_takes_what_follows(groups: int) -> None:
    steps = [
        Step("ConvTranspose", ("x", "k"), "a", {"strides": (2, 2), "group": groups}),
        Step("Mul", ("a", "v"), "b"),
        Step("Add", ("b", "two"), "y"),
    ]
    kernel = RANDOM.normal(0, 1, (4, 4 // groups, 2, 2)).astype(np.float32)
    given = network_of(steps, {"k": kernel, "v": VECTOR, "two": np.array([2], np.float32)})
    folded = fold_affine(given)
    assert len(folded.steps) == groups
    np.testing.assert_allclose(answer(folded, X), answer(given, X), atol=1e-5)


@pytest.mark.parametrize("name", ["PP-OCRv5_mobile_rec", "PP-LCNet_x1_0_doc_ori", "ch_ppocr_mobile_v2.0_cls"])
def test_without_its_softmax_a_network_gives_what_the_softmax_is_of(name: str) -> None:
    batch = small_batch(name)
    axes = 3 if name.endswith("rec") else 2
    logits = answer(without_softmax(graph(name), axes), batch)
    probabilities = torch.softmax(torch.from_numpy(logits), -1).numpy()
    np.testing.assert_allclose(probabilities, onnx_answer(directory(name).weights, batch), atol=1e-5)
