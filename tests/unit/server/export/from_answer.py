"""Builds a PageResult out of an answer's prunedResult, so that recorded answers can be written and drawn again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from models.document import Image, PageResult, Preprocessed, TextBox, TextLine, Word
from models.options import OcrOptions
from tests.evaluation_data import EVALUATION_DATA

REPOSITORY = Path(__file__).resolve().parents[4]


def kept_answers() -> list[Path]:
    """The recorded answers of the reference that are kept here."""
    return sorted((REPOSITORY / "tests" / "golden" / "answers").rglob("*.json"))


def external_answers() -> list[Path]:
    """Those of the evaluation data; none where it is absent."""
    return sorted((EVALUATION_DATA / "reference" / "golden").rglob("*.json"))


def pruned_of(path: Path) -> Iterator[dict[str, Any]]:
    answer = json.loads(path.read_text(encoding="utf-8"))
    for page in answer.get("result", {}).get("ocrResults", []):
        yield page["prunedResult"]


def page_result(pruned: dict[str, Any], image: Image | None = None) -> PageResult:
    page = np.zeros((8, 8, 3), np.uint8) if image is None else image
    preprocessing = pruned.get("doc_preprocessor_res")
    angle = preprocessing["angle"] if preprocessing else -1
    return PageResult(
        options=_options(pruned),
        preprocessed=Preprocessed(page, angle, page if preprocessing else None),
        boxes=tuple(TextBox(np.array(quad, np.int16), 1.0) for quad in pruned["dt_polys"]),
        angles=tuple(pruned.get("textline_orientation_angles", ())),
        lines=tuple(_line(pruned, index) for index in range(len(pruned["rec_texts"]))),
    )


def _options(pruned: dict[str, Any]) -> OcrOptions:
    switches, detection = pruned["model_settings"], pruned["text_det_params"]
    preprocessing = pruned.get("doc_preprocessor_res", {}).get("model_settings", {})
    return OcrOptions(
        use_doc_preprocessor=switches["use_doc_preprocessor"],
        use_doc_orientation_classify=preprocessing.get("use_doc_orientation_classify", False),
        use_doc_unwarping=preprocessing.get("use_doc_unwarping", False),
        use_textline_orientation=switches["use_textline_orientation"],
        text_det_limit_side_len=detection["limit_side_len"],
        text_det_limit_type=detection["limit_type"],
        text_det_max_side_limit=detection["max_side_limit"],
        text_det_thresh=detection["thresh"],
        text_det_box_thresh=detection["box_thresh"],
        text_det_unclip_ratio=detection["unclip_ratio"],
        text_rec_score_thresh=pruned["text_rec_score_thresh"],
        return_word_box=pruned["return_word_box"],
    )


def _line(pruned: dict[str, Any], index: int) -> TextLine:
    words: tuple[Word, ...] = ()
    if pruned["return_word_box"]:
        pairs = zip(pruned["text_word"][index], pruned["text_word_boxes"][index], strict=True)
        words = tuple(Word(text, tuple(box)) for text, box in pairs)
    quad = np.array(pruned["rec_polys"][index], np.int16)
    return TextLine(pruned["rec_texts"][index], pruned["rec_scores"][index], quad, (), words)
