"""Writes a page's result as the contract's ``prunedResult``, with its keys, their order and their JSON types.

Coordinates are integers. Scores are doubles that hold the recogniser's float32 exactly. A key that does not apply is
absent, not null.
"""

from collections.abc import Mapping

from models.document import PageResult, Quad
from models.options import OcrOptions

TEXT_TYPE = "general"
"""The only kind of text this pipeline reads; the contract reserves others."""


def pruned_result(result: PageResult, zeros: Mapping[str, float] | None = None) -> dict[str, object]:
    """Convert one page's result to JSON types.

    Args:
        result: from the pipeline.
        zeros: values of ``text_det_params`` that the request gave and that meant the default.

    Returns:
        The keys in the contract's order. ``dt_polys`` and ``textline_orientation_angles`` have one item per detection,
        the ``rec_*`` lists one item per kept line, ``text_word*`` one list per kept line.
    """
    options = result.options
    pruned: dict[str, object] = {"model_settings": _switches(options)}
    if options.use_doc_preprocessor:
        pruned["doc_preprocessor_res"] = preprocessing_result(result)
    pruned["dt_polys"] = [line_corners(box.quad) for box in result.boxes]
    pruned["text_det_params"] = {**_detection_parameters(options), **(zeros or {})}
    pruned["text_type"] = TEXT_TYPE
    if result.boxes:
        pruned["textline_orientation_angles"] = [int(angle) for angle in result.angles]
    pruned["text_rec_score_thresh"] = options.text_rec_score_thresh
    pruned["return_word_box"] = options.return_word_box
    pruned.update(_lines(result))
    if options.return_word_box:
        pruned.update(_words(result))
    return pruned


def _switches(options: OcrOptions) -> dict[str, bool]:
    return {
        "use_doc_preprocessor": options.use_doc_preprocessor,
        "use_textline_orientation": options.use_textline_orientation,
    }


def preprocessing_result(result: PageResult) -> dict[str, object]:
    """The value of ``doc_preprocessor_res``, if the preprocessor ran."""
    return {
        "model_settings": {
            "use_doc_orientation_classify": result.options.use_doc_orientation_classify,
            "use_doc_unwarping": result.options.use_doc_unwarping,
        },
        "angle": int(result.preprocessed.angle),
    }


def _detection_parameters(options: OcrOptions) -> dict[str, object]:
    return {
        "limit_side_len": options.text_det_limit_side_len,
        "limit_type": options.text_det_limit_type,
        "thresh": options.text_det_thresh,
        "max_side_limit": options.text_det_max_side_limit,
        "box_thresh": options.text_det_box_thresh,
        "unclip_ratio": options.text_det_unclip_ratio,
    }


def _lines(result: PageResult) -> dict[str, object]:
    return {
        "rec_texts": [line.text for line in result.lines],
        "rec_scores": [float(line.score) for line in result.lines],
        "rec_polys": [line_corners(line.quad) for line in result.lines],
        "rec_boxes": [line_bounds(line.quad) for line in result.lines],
    }


def _words(result: PageResult) -> dict[str, object]:
    return {
        "text_word_boxes": [[[int(side) for side in word.box] for word in line.words] for line in result.lines],
        "text_word": [[word.text for word in line.words] for line in result.lines],
    }


def line_corners(quad: Quad) -> list[list[int]]:
    """The corners of a line as JSON integers."""
    return [[int(x), int(y)] for x, y in quad]


def line_bounds(quad: Quad) -> list[int]:
    """The rectangle around a line: xmin, ymin, xmax, ymax as JSON integers."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    return [int(low[0]), int(low[1]), int(high[0]), int(high[1])]
