"""Truth as plain text."""

from pathlib import Path

from benchmarks.compare.documents.plain_text import read


def test_form_feeds_divide_pages_and_empty_lines_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeffone\n\n two\n\fthree\n\f", encoding="utf-8")
    first, second = read(tmp_path / "a.txt", (40, 30)).pages
    assert (first.text, second.text, first.order) == ("one\n two", "three", True)
    assert (first.width, first.height) == (40, 30)
    assert [line.polygon for line in first.lines] == [None, None]
