"""The answer to LiteParse, a client that sends pictures of pages in a form with the field ``language``.

It takes the lines from ``results``, which stands beside the other keys of the answer. The language has no effect: the
preset's models read all their languages at once.
"""

from collections.abc import Iterable, Mapping, Sequence

from server.contracts.paddlex_shapes.page_part import PagePart

PRESET = "best"
"""The preset that reads where the form names none, if there is one of this name."""
ERROR = "error"
"""The key of an error's text in the answers to forms."""


def results_of(pages: Sequence[PagePart]) -> list[dict[str, object]]:
    """The lines with text: ``text``, ``bbox`` (x0, y0, x1, y1 in whole pixels) and ``confidence`` in 0..1."""
    return [line for page in pages for line in _lines(page.pruned)]


def _lines(pruned: Mapping[str, object]) -> Iterable[dict[str, object]]:
    texts, boxes, scores = (pruned[key] for key in ("rec_texts", "rec_boxes", "rec_scores"))
    assert isinstance(texts, list)
    assert isinstance(boxes, list)
    assert isinstance(scores, list)
    for text, box, score in zip(texts, boxes, scores, strict=True):
        if text:
            yield {"text": text, "bbox": box, "confidence": score}
