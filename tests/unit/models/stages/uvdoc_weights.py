"""Weights for the official UVDoc graph: random ones from a seed, and ones that make it pass coordinates through.

The graph is read from the evaluation data; the trained weights are not part of it.
"""

import json
import shutil
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.evaluation_data import EVALUATION_DATA

UVDOC_GRAPH = EVALUATION_DATA / "data" / "models" / "graphs_only" / "UVDoc"

Weights = dict[str, NDArray[np.float32]]

_TRUNK = (0, 1, 8, 17, 30, 42, 43)
"""Convolutions on one straight path from the page to the grid: two stems, the short cuts of the two residual blocks
that change size, the first bridge, the merge, the first half of the head. With all others zero, residual branches add
nothing and the path is the whole network."""

_HEAD = 44

STRETCH = (487 / 480, 711 / 704)
"""A grid point looks at every 16th pixel of the 488 x 712 page, the last at 480 and 704; the grid is then spread from
edge to edge. So the grid at x was read at x / STRETCH[0], and likewise for y."""


def seeded_weights(seed: int) -> Weights:
    """Random weights that keep activations near unit size."""
    random = np.random.default_rng(seed)
    weights = _neutral_weights()
    for name, value in weights.items():
        if name.startswith("conv2d") and value.ndim == 4:
            fan_in = np.prod(value.shape[1:])
            weights[name] = random.normal(0, 1 / np.sqrt(fan_in), value.shape).astype(np.float32)
        elif name.startswith("conv2d"):
            weights[name] = random.normal(0, 0.1, value.shape).astype(np.float32)
    return weights


def coordinate_weights(matrix: tuple[tuple[float, float], ...], offset: tuple[float, float] = (0, 0)) -> Weights:
    """Weights under which the page's own channels are the grid.

    Coordinates go from 0 to 1, edge to edge. On a page whose blue is x and whose green is y, each from 0 to 255, the
    flat point q is sampled at matrix q + offset.
    """
    weights = _neutral_weights()
    for number in _TRUNK:
        kernel = weights[f"conv2d_{number}.w_0"]
        middle = kernel.shape[2] // 2
        kernel[[0, 1], [0, 1], middle, middle] = 1
    weights[f"conv2d_{_HEAD}.w_0"][:, :2, 2, 2] = 2 * np.array(matrix) * np.array(STRETCH)
    weights[f"conv2d_{_HEAD}.b_0"][:] = 2 * np.array(offset) - 1
    return weights


def write_model(directory: Path, weights: Weights) -> Path:
    """Make a model directory of the official graph and these weights."""
    directory.mkdir()
    for name in ("inference.json", "inference.yml"):
        shutil.copy(UVDOC_GRAPH / name, directory)
    with (directory / "inference.pdiparams").open("wb") as file:
        for name in sorted(weights):  # Paddle finds parameters by the order of their names
            file.write(_tensor(weights[name]))
    return directory


def _neutral_weights() -> Weights:
    """Zero convolutions, and normalisations that change nothing."""
    shapes = _parameter_shapes()
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    for name, value in weights.items():
        kind, part = name.split(".")
        if kind.startswith("batch_norm"):
            value[:] = {"w_0": np.sqrt(1 + 1e-5), "b_0": 0, "w_1": 0, "w_2": 1}[part]
        elif kind.startswith("p_re_lu"):
            value[:] = 0.25
    return weights


def _parameter_shapes() -> dict[str, tuple[int, ...]]:
    graph = json.loads((UVDOC_GRAPH / "inference.json").read_text())
    operations = graph["program"]["regions"][0]["blocks"][0]["ops"]
    return {each["A"][3]: tuple(each["O"]["TT"]["D"][1]) for each in operations if each["#"] == "p"}


def _tensor(value: NDArray[np.float32]) -> bytes:
    """One tensor in Paddle's stream: version, levels of detail, version, a protobuf of type and shape, the numbers."""
    shape = b"".join(b"\x10" + _varint(length) for length in value.shape)
    description = b"\x08\x05" + shape  # field 1: float32; field 2, repeated: the lengths
    return struct.pack("<IQIi", 0, 0, 0, len(description)) + description + value.tobytes()


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes((low | 0x80,)) + _varint(rest) if rest else bytes((low,))
