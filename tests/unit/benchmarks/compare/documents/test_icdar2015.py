"""ICDAR 2015 in its published form."""

from benchmarks.compare.documents.icdar2015 import find

ROWS = "\ufeff377,117,463,117,465,130,378,130,Genaxis Theatre\r\n493,115,519,115,519,131,493,131,###\r\n"


def test_words_that_cannot_be_read_are_places_without_text(tmp_path, page) -> None:
    page("ch4_test_images/img_1.jpg")
    page("ch4_test_images/img_2.jpg")
    (tmp_path / "gt").mkdir()
    (tmp_path / "gt" / "gt_img_1.txt").write_text(ROWS, encoding="utf-8")
    (found,) = find(tmp_path, {})
    (truth,) = found.truth.pages
    assert [line.text for line in truth.lines] == ["Genaxis Theatre", "###"]
    assert truth.lines[0].polygon == ((377, 117), (463, 117), (465, 130), (378, 130))
    assert [word.text for word in truth.words] == ["Genaxis Theatre"]
    assert (truth.text, truth.order) == ("Genaxis Theatre", False)
