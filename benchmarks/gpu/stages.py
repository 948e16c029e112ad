"""Times of single stages at single shapes, against the least that they can take: the networks, and what feeds them."""

from collections.abc import Callable, Iterator

import torch

from benchmarks.gpu.figures import Ceilings, StageTime
from benchmarks.gpu.networks import CLASSIFIER, DETECTOR, RECOGNISER, Setup
from benchmarks.gpu.pages import slanted_line
from benchmarks.gpu.roofline import Cost, cost_of
from benchmarks.gpu.timing import seconds_of
from models.device_ops.crops import LineCut, cut_lines
from models.device_ops.pages import page_on, resized
from models.document import Image
from models.engines.torch.lane import Lane, open_lane
from models.engines.torch.session import (
    PADDING_LEVEL,
    Form,
    TorchModel,
    open_classifier,
    open_detector,
    open_recogniser,
)
from models.stages.device.classifier import image_shapes
from models.stages.device.line_reader import line_shapes

DETECTOR_SIZES = ((960, 672), (960, 960), (1280, 960), (2016, 1408))
DETECTOR_BATCHES = (1, 4, 8)
QUICK_SHAPES = {
    "detection": [(1, 3, 480, 352)],
    "recognition": [(4, 3, 48, 320)],
    "line orientation": [(4, 3, 48, 192)],
}


def measure_stages(setup: Setup, ceilings: Ceilings, page: Image) -> Iterator[StageTime]:
    """Everything at every shape; on a GPU as captured graphs."""
    lane = open_lane(setup.torch_device)
    repeats = 2 if setup.quick else 20
    shapes = _shapes(setup)
    for stage, model in _models(setup, lane).items():
        network = setup.networks()[stage]
        if stage != "detection":
            model.prepare(shapes[stage])
        for shape in shapes[stage]:
            batch = torch.randint(0, 256, shape, dtype=torch.uint8, device=setup.torch_device)
            seconds = seconds_of(lane, lambda model=model, batch=batch: model(batch), repeats=repeats)  # type: ignore[misc]
            yield _against(stage, shape, seconds, cost_of(network, shape, setup.dtype), ceilings)
    for name, shape, call in _around(lane, page, setup.quick):
        yield StageTime(name, shape, 1000 * seconds_of(lane, call, repeats=repeats))


def _against(stage: str, shape: tuple[int, ...], seconds: float, cost: Cost, ceilings: Ceilings) -> StageTime:
    each_op = 1000 * cost.each_op_bytes / ceilings.bytes_per_second
    return StageTime(stage, shape, 1000 * seconds, 1000 * cost.seconds(ceilings), each_op)


def _models(setup: Setup, lane: Lane) -> dict[str, TorchModel]:
    form = Form(setup.dtype)
    return {
        "detection": open_detector(setup.directory(DETECTOR), lane, form),
        "recognition": open_recogniser(setup.directory(RECOGNISER), lane, form),
        "line orientation": open_classifier(setup.directory(CLASSIFIER), lane, form),
    }


def _shapes(setup: Setup) -> dict[str, list[tuple[int, ...]]]:
    if setup.quick:
        return {stage: list(shapes) for stage, shapes in QUICK_SHAPES.items()}
    kind = setup.torch_device.type
    return {
        "detection": [(pages, 3, *size) for size in DETECTOR_SIZES for pages in DETECTOR_BATCHES],
        "recognition": list(line_shapes(setup.directory(RECOGNISER).recognition(), kind)),
        "line orientation": list(image_shapes(setup.directory(CLASSIFIER).classification(), kind)),
    }


def _around(lane: Lane, page: Image, quick: bool) -> Iterator[tuple[str, tuple[int, ...], Callable[[], object]]]:
    """Yield the work on pixels before the networks: upload, resizing, lines cut out."""
    device = lane.device
    with lane.active():
        tensor = page_on(page, device)
    lines = 4 if quick else 64
    height, width = page.shape[:2]
    length, thickness = min(400, width - 20), 30
    tops = [10 + (height - 60) * number // lines for number in range(lines)]
    regions = [slanted_line(10, top, length, thickness) for top in tops]
    cuts = [LineCut(tensor, region, 640) for region in regions]
    yield "upload of a page", page.shape, lambda: page_on(page, device)
    yield "resizing of a page", (960, 672), lambda: resized(tensor, (960, 672))
    yield "lines cut out", (lines, 3, 48, 640), lambda: cut_lines(cuts, (lines, 48, 640), PADDING_LEVEL)
