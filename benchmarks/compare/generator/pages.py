"""From a seed to pages with their truth."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.compare.generator import compose, harm
from benchmarks.compare.generator.paper import Paper
from benchmarks.compare.model import Truth, TruthPage

Compose = Callable[[random.Random], Paper]
Harm = Callable[[Paper, np.random.Generator], Paper]
PLAIN: dict[str, Compose] = {"print": compose.running_text, "tables": compose.table, "cjk": compose.cjk}
HARMED: dict[str, Harm] = {
    "rotation": harm.rotation,
    "noise": harm.noise,
    "blur": harm.blur,
    "jpeg": harm.jpeg,
    "perspective": harm.perspective,
    "low_light": harm.low_light,
}
"""These happen to pages of running text, and every third time to Chinese ones."""
KINDS = (*PLAIN, *HARMED)


@dataclass(frozen=True, slots=True)
class GeneratedPage:
    """A page: its kind and name, the file's bytes (PNG) and what is on it."""

    kind: str
    name: str
    content: bytes
    truth: Truth


def generate(seed: int, count: int, kinds: Sequence[str] = KINDS) -> Iterator[GeneratedPage]:
    """``count`` pages of each kind. A page depends on the seed, its kind and its number, and on no other page."""
    for kind in kinds:
        for number in range(count):
            yield _page(seed, kind, number)


def _page(seed: int, kind: str, number: int) -> GeneratedPage:
    dice = random.Random(f"{seed} {kind} {number}")
    if kind in PLAIN:
        paper = PLAIN[kind](dice)
    else:
        paper = compose.cjk(dice) if number % 3 == 2 else compose.running_text(dice)
        paper = HARMED[kind](paper, np.random.default_rng([seed, KINDS.index(kind), number]))
    written, data = cv2.imencode(".png", paper.image, [cv2.IMWRITE_PNG_COMPRESSION, 6])
    if not written:
        raise RuntimeError("OpenCV could not write a page as PNG")
    height, width = paper.image.shape[:2]
    text = "\n".join(line.text for line in paper.lines)
    lines, words = tuple(paper.lines), tuple(paper.words)
    truth = Truth((TruthPage(width, height, text, lines, words, tuple(paper.tables), order=True),))
    return GeneratedPage(kind, f"{kind}-{number:03d}", data.tobytes(), truth)
