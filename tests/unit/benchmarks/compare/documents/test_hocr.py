"""Truth as hOCR."""

from pathlib import Path

from benchmarks.compare.documents.hocr import read
from benchmarks.compare.polygons import box

FILE = """<!DOCTYPE html><html><body>
<div class="ocr_page" title="image 'x'; bbox 0 0 400 300">
 <span class="ocr_line" title="bbox 10 10 200 30; baseline 0 0">
  <span class="ocrx_word" title="bbox 10 10 90 30; x_wconf 90">Total</span>
  <span class="ocrx_word" title="bbox 100 10 200 30">1 &amp; 2</span></span>
 <span class="ocr_line" title="bbox 10 40 200 60">
  <span class="ocrx_word" title="bbox 10 40 60 60"><em>Paid</em></span></span>
</div><div class="ocr_page"><br></div></body></html>"""


def test_lines_and_words_stand_at_their_places_in_the_files_order(tmp_path: Path) -> None:
    (tmp_path / "a.hocr").write_text(FILE)
    first, second = read(tmp_path / "a.hocr", (7, 8)).pages
    assert (first.width, first.height, first.order) == (400, 300, True)
    assert first.text == "Total 1 & 2\nPaid"
    assert [line.polygon for line in first.lines] == [box(10, 10, 200, 30), box(10, 40, 200, 60)]
    assert [(word.text, word.polygon) for word in first.words][2] == ("Paid", box(10, 40, 60, 60))
    assert (second.text, second.width, second.height) == ("", 7, 8)
