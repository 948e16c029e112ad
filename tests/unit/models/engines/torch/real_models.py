"""The official networks on real pictures: what the other engines are given, and what ONNX Runtime answers."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from models.descriptions.model_directory import ModelDirectory
from models.document import Image
from models.engines.torch.graph import Graph
from models.engines.torch.reader import read_graph
from models.errors import ModelNotInstalled
from models.ops.crop import cut_line, locate_line
from models.ops.db_postprocess import DbOptions, find_boxes
from models.ops.normalize import Normalizer
from models.ops.resize import detection_shape, resize_line, resize_page
from server.cli.start import load
from server.pipelines.model_store import open_store

GOLDEN = Path(__file__).parents[4] / "golden" / "pages"

NAMES = (
    "PP-OCRv5_mobile_det",
    "PP-OCRv5_mobile_rec",
    "PP-LCNet_x1_0_doc_ori",
    "ch_ppocr_mobile_v2.0_cls",
    "PP-LCNet_x1_0_textline_ori",
    "PP-OCRv6_small_det",
    "PP-OCRv6_small_rec",
    "PP-OCRv6_tiny_det",
    "PP-OCRv6_tiny_rec",
)
SMALL_SHAPES = {
    "det": (1, 3, 96, 160),
    "rec": (2, 3, 48, 160),
    "doc_ori": (2, 3, 224, 224),
    "textline_ori": (2, 3, 80, 160),
    "cls": (2, 3, 48, 192),
}
"""A small batch for each kind of network, by the end of its name."""

LINE_WIDTH = 480


def directory(name: str) -> ModelDirectory:
    """An installed model; skips where it is not installed (PP-OCRv6 is not part of the default configuration)."""
    store = open_store(load(None, ()))
    try:
        return ModelDirectory.read(store.find(name, "onnx"))
    except ModelNotInstalled as error:
        pytest.skip(str(error))


@cache
def graph(name: str) -> Graph:
    """An installed network as it is read."""
    return read_graph(directory(name).weights)


def small_batch(name: str) -> NDArray[np.float32]:
    """Noise, normalised, in a shape that the network takes."""
    shape = next(shape for end, shape in SMALL_SHAPES.items() if name.endswith(end))
    return np.random.default_rng(3).uniform(-1, 1, shape).astype(np.float32)


def onnx_answer(model: Path, batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ONNX Runtime's answer to a batch."""
    return np.asarray(_session(model).run(None, {_session(model).get_inputs()[0].name: batch})[0], np.float32)


@cache
def _session(model: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def page(name: str, side: int = 480) -> Image:
    """A golden page at the size that the detector sees it at, its longer side at most ``side``."""
    image = np.asarray(cv2.imread(str(GOLDEN / name), cv2.IMREAD_COLOR), np.uint8)
    return resize_page(image, detection_shape(image.shape[0], image.shape[1], side, "max", 4000))


def planes(image: Image) -> NDArray[np.uint8]:
    """A picture as a batch of one, channels first."""
    return np.ascontiguousarray(image.transpose(2, 0, 1)[np.newaxis])


def detector_input(found: ModelDirectory, image: Image) -> NDArray[np.float32]:
    """The same, normalised as the host does it."""
    spec = found.detection()
    return Normalizer.from_mean_std(spec.mean, spec.std, spec.scale).planes(image)[np.newaxis]


@cache
def lines(name: str) -> NDArray[np.uint8]:
    """The lines of a golden page as a batch (N, 3, 48, LINE_WIDTH), padded as the recogniser's device path pads."""
    image = np.asarray(cv2.imread(str(GOLDEN / name), cv2.IMREAD_COLOR), np.uint8)
    detector = directory("PP-OCRv5_mobile_det")
    seen = resize_page(image, detection_shape(image.shape[0], image.shape[1], 960, "max", 4000))
    probability = onnx_answer(detector.weights, detector_input(detector, seen))[0, 0]
    found = find_boxes(probability, image.shape[:2], DbOptions(0.3, 0.6, 1.5, 1000))
    regions = [region for box in found if (region := locate_line(box.quad)) is not None]
    batch = np.full((len(regions), 3, 48, LINE_WIDTH), 127, np.uint8)
    for row, region in zip(batch, regions, strict=True):
        crop = cut_line(image, region)
        width = min(LINE_WIDTH, round(48 * crop.shape[1] / crop.shape[0]))
        row[:, :, :width] = resize_line(crop, width, 48).transpose(2, 0, 1)
    return batch


def line_input(batch: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Lines, normalised as the host does it."""
    values: NDArray[np.float32] = Normalizer.signed_unit().tables[0][batch]
    return values
