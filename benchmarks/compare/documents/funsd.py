"""FUNSD as it is published: `images/NAME.png` and `annotations/NAME.json`, words of noisy scanned forms with boxes.

Jaume, Ekenel, Thiran, "FUNSD: A Dataset for Form Understanding in Noisy Scanned Documents" (2019). The words stand
in no reading order.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.compare.documents.base import Found, files, page_size
from benchmarks.compare.model import Truth, TruthPage, TruthWord
from benchmarks.compare.polygons import box


def find(root: Path, _: Mapping[str, Any]) -> Iterator[Found]:
    """Forms with their words."""
    for image in files(root, frozenset({".png"})):
        annotation = image.parent.parent / "annotations" / f"{image.stem}.json"
        if annotation.is_file():
            form = json.loads(annotation.read_text(encoding="utf-8"))["form"]
            yield Found(image, Truth((_page(form, page_size(image)),)))


def _page(form: list[dict[str, Any]], size: tuple[int, int]) -> TruthPage:
    blocks = [[word for word in block["words"] if word["text"].strip()] for block in form]
    text = "\n".join(" ".join(word["text"] for word in words) for words in blocks if words)
    words = tuple(TruthWord(word["text"], box(*map(float, word["box"]))) for words in blocks for word in words)
    return TruthPage(*size, text, words=words)
