from server.contracts.paddlex.liteparse import results_of
from server.contracts.paddlex_shapes.diagnostics import PageFacts
from server.contracts.paddlex_shapes.page_part import PagePart


def page(*lines: tuple[str, list[int], float]) -> PagePart:
    texts, boxes, scores = ([line[place] for line in lines] for place in range(3))
    return PagePart(
        {"rec_texts": texts, "rec_boxes": boxes, "rec_scores": scores}, {}, (), None, (1, 1), PageFacts(0, {}, ())
    )


def test_lines_without_text_are_left_out():
    found = results_of([page(("门 7", [1, 2, 3, 4], 0.75), ("", [5, 6, 7, 8], 0.0))])
    assert found == [{"text": "门 7", "bbox": [1, 2, 3, 4], "confidence": 0.75}]


def test_no_text_is_an_empty_list():
    assert results_of([page()]) == []
    assert results_of([page(("", [1, 2, 3, 4], 0.0))]) == []
