"""ICDAR 2015, incidental scene text, as it is published: `img_1.jpg` and `gt_img_1.txt`, words with four corners.

Karatzas et al., "ICDAR 2015 Competition on Robust Reading" (2015). The files begin with a byte order mark. A word
with the text "###" cannot be read: it counts neither as found nor as missed. The words stand in no reading order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.compare.documents.base import IMAGES, Found, files, page_size
from benchmarks.compare.documents.sroie import page_of_rows
from benchmarks.compare.metrics.line_detection import DO_NOT_CARE
from benchmarks.compare.model import Truth, TruthWord


def find(root: Path, _: Mapping[str, Any]) -> Iterator[Found]:
    """Photos with their words; images and truth may lie in folders of their own below ``root``."""
    truths = {path.stem.removeprefix("gt_"): path for path in files(root, frozenset({".txt"}))}
    for image in files(root, IMAGES):
        if image.stem in truths:
            page = page_of_rows(truths[image.stem], page_size(image))
            read = [line for line in page.lines if line.text != DO_NOT_CARE]
            words = tuple(TruthWord(line.text, line.polygon) for line in read)
            text = "\n".join(word.text for word in words)
            yield Found(image, Truth((replace(page, text=text, words=words),)))
