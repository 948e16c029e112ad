"""XFUND in its published form, and in PaddleOCR's."""

import json

import pytest

from benchmarks.compare.documents.base import WrongDocuments
from benchmarks.compare.documents.xfund import find

BLOCKS = [("右", [20, 3, 30, 9]), ("下", [1, 20, 30, 29]), ("左", [1, 5, 9, 9])]


def _published() -> str:
    document = [{"box": place, "text": text, "label": "other", "words": [], "id": 0} for text, place in BLOCKS]
    return json.dumps({"lang": "zh", "documents": [{"id": "a", "document": document, "img": {"fname": "a.jpg"}}]})


def _again() -> str:
    def points(left: int, top: int, right: int, bottom: int) -> list[list[int]]:
        return [[left, top], [right, top], [right, bottom], [left, bottom]]

    blocks = [{"transcription": text, "label": "other", "points": points(*place)} for text, place in BLOCKS]
    return f"a.jpg\t{json.dumps(blocks)}\nother.jpg\t[]\n"


@pytest.mark.parametrize(("name", "make"), [("zh.val.json", _published), ("train.json", _again)])
def test_blocks_are_put_into_reading_order(tmp_path, page, name: str, make) -> None:
    page("image/a.jpg")
    (tmp_path / name).write_text(make())
    (found,) = find(tmp_path, {})
    (truth,) = found.truth.pages
    assert (truth.text, truth.order) == ("左\n右\n下", True)
    assert truth.lines[1].polygon == ((20, 3), (30, 3), (30, 9), (20, 9))


def test_a_file_of_another_form_is_named(tmp_path, page) -> None:
    page("image/a.jpg")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(WrongDocuments, match=r"other\.json is no truth of XFUND"):
        list(find(tmp_path, {}))
