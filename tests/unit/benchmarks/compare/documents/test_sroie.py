"""SROIE in its published form."""

import pytest

from benchmarks.compare.documents.sroie import find
from benchmarks.compare.polygons import box

ROWS = "1,2,9,2,9,6,1,6,TAN CHAY YEE\n1,8,9,8,9,12,1,12,NO.2&4,JALAN 3/2,\n\n1,2,3\n"


@pytest.mark.parametrize("ending", ["csv", "txt"])
def test_a_row_is_four_corners_and_a_text_that_may_hold_commas(tmp_path, page, ending: str) -> None:
    page("img/a.jpg")
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / f"a.{ending}").write_text(ROWS)
    (found,) = find(tmp_path, {})
    (truth,) = found.truth.pages
    assert [line.text for line in truth.lines] == ["TAN CHAY YEE", "NO.2&4,JALAN 3/2,"]
    assert truth.lines[0].polygon == box(1, 2, 9, 6)
    assert not truth.order
