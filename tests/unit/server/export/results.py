"""Small page results for the tests of this folder."""

from collections.abc import Sequence

import numpy as np

from models.document import Image, PageResult, Preprocessed, Quad, TextBox, TextLine, Word
from models.options import OcrDefaults, OcrOverrides


def blank(width: int, height: int, level: int = 255) -> Image:
    return np.full((height, width, 3), level, np.uint8)


def quad(left: int, top: int, right: int, bottom: int) -> Quad:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.int16)


def result(
    image: Image,
    lines: Sequence[tuple[str, Quad]] = (),
    *,
    preprocess: bool = False,
    words: Sequence[Word] | None = None,
) -> PageResult:
    overrides = OcrOverrides(use_doc_orientation_classify=preprocess, return_word_box=words is not None)
    return PageResult(
        options=OcrDefaults().resolve(overrides),
        preprocessed=Preprocessed(image, 90 if preprocess else -1, image if preprocess else None),
        boxes=tuple(TextBox(corners, 0.9) for _, corners in lines),
        angles=tuple(-1 for _ in lines),
        lines=tuple(TextLine(text, 0.5, corners, (), tuple(words or ())) for text, corners in lines),
    )
