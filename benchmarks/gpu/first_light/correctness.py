"""Does the device compute what the CPU computes?"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.gpu.first_light.context import Context, answer
from benchmarks.gpu.first_light.inputs import (
    LINE_HEIGHT,
    LINE_WIDTH,
    TEXT_WIDTH,
    detector_batch,
    line_batch,
    line_places,
    shape_seen,
)
from benchmarks.gpu.first_light.report import WrongAnswer, say
from benchmarks.gpu.networks import DETECTOR, RECOGNISER
from models.device_ops.crops import LineCut, cut_lines
from models.device_ops.pages import page_on, resized
from models.engines.torch.session import PADDING_LEVEL, TorchModel

MOST_DIFFERENT_BYTES = 1e-3
"""Share of bytes that may be one level off: positions between pixels are rounded from float32."""

PROBABLE = 0.3
"""A pixel at least so probable counts as text, as in the server."""

LEAST_OVERLAP = {torch.float32: 0.999, torch.float16: 0.97}
"""Of the masks of text, intersection over union. Float16 gives 0.988 to 0.998 on the CPU."""

LEAST_SAME_CLASSES = {torch.float32: 0.99, torch.float16: 0.97}
"""Share of a recogniser's steps. Two classes may be equally probable but for the last bit."""

_LINES = 64


def ops(context: Context) -> None:
    """Resizing a page and cutting lines out of it: the same bytes as on the CPU."""
    there, here = (page_on(context.page, device) for device in (context.device, torch.device("cpu")))
    shape = shape_seen(context.page)
    _compare_bytes("resized", resized(there, shape), resized(here, shape))
    _compare_bytes("cut_lines", _cut(context, there), _cut(context, here))


def nets(context: Context) -> None:
    """Detector and recogniser in float32 and in the server's precision: the same text as on the CPU in float32."""
    wrong: list[str] = []
    precisions = dict.fromkeys((torch.float32, context.setup.dtype))
    page = detector_batch(context.page)
    expected = _answer(context.on_host, DETECTOR, page, torch.float32)[0]
    for dtype in precisions:
        found = _answer(context, DETECTOR, page, dtype)[0]
        overlap = _overlap(found >= PROBABLE, expected >= PROBABLE)
        off = np.abs(found - expected).max()
        say(f"{DETECTOR}, {dtype}: overlap of masks {overlap:.5f}, probability off by {off:.5f} at most")
        if not overlap >= LEAST_OVERLAP[dtype]:
            wrong.append(f"{DETECTOR} in {dtype}: the masks overlap by {overlap:.5f}")
    lines = line_batch(context.page, context.pick(card=16, rehearsal=2))
    classes, confidences = _answer(context.on_host, RECOGNISER, lines, torch.float32)
    for dtype in precisions:
        read, sure = _answer(context, RECOGNISER, lines, dtype)
        same = float((read == classes).mean())
        off = np.abs(sure - confidences).max()
        say(f"{RECOGNISER}, {dtype}: same classes {same:.5f}, confidence off by {off:.5f} at most")
        if not same >= LEAST_SAME_CLASSES[dtype]:
            wrong.append(f"{RECOGNISER} in {dtype}: {same:.5f} of the classes are the same")
    if wrong:
        raise WrongAnswer("; ".join(wrong))


def _cut(context: Context, page: Tensor) -> Tensor:
    cuts = [LineCut(page, place, TEXT_WIDTH) for place in line_places(context.page, _LINES)]
    return cut_lines(cuts, (_LINES, LINE_HEIGHT, LINE_WIDTH), PADDING_LEVEL)


def _answer(context: Context, name: str, batch: Tensor, dtype: torch.dtype) -> tuple[NDArray[np.generic], ...]:
    return answer(TorchModel(context.network(name, dtype), context.lane()), batch)


def _compare_bytes(name: str, found: Tensor, expected: Tensor) -> None:
    away = (found.cpu().int() - expected.int()).abs()
    share, most = float((away > 0).float().mean()), int(away.max())
    say(f"{name}: share of bytes that differ {share:.2e}, by at most {most} levels")
    if share > MOST_DIFFERENT_BYTES or most > 1:
        raise WrongAnswer(f"{name}: {share:.2e} of the bytes differ from the CPU's, by at most {most} levels")


def _overlap(found: NDArray[np.bool_], expected: NDArray[np.bool_]) -> float:
    return float((found & expected).sum() / max(1, (found | expected).sum()))
