"""FUNSD in its published form."""

import json

from benchmarks.compare.documents.funsd import find
from benchmarks.compare.polygons import box

WORDS = [{"box": [1, 1, 4, 5], "text": "To:"}, {"box": [5, 1, 9, 5], "text": "all"}]
EMPTY = [{"box": [0, 0, 1, 1], "text": " "}]
FORM = {
    "form": [
        {"box": [1, 1, 9, 5], "text": "To: all", "words": WORDS},
        {"box": [0, 0, 1, 1], "text": "", "words": EMPTY},
    ]
}


def test_words_stand_at_their_boxes_in_no_order(tmp_path, page) -> None:
    page("testing_data/images/a.png")
    page("testing_data/images/without.png")
    (tmp_path / "testing_data" / "annotations").mkdir()
    (tmp_path / "testing_data" / "annotations" / "a.json").write_text(json.dumps(FORM))
    (found,) = find(tmp_path, {})
    (truth,) = found.truth.pages
    assert (truth.text, truth.order, truth.width, truth.height) == ("To: all", False, 40, 30)
    assert [(word.text, word.polygon) for word in truth.words] == [("To:", box(1, 1, 4, 5)), ("all", box(5, 1, 9, 5))]
