"""Two texts beside each other."""

from benchmarks.compare.report.difference import MOST_WORDS, marked


def test_words_that_differ_are_marked_on_both_sides() -> None:
    true, read = marked("Total due: 12.50\nthanks", "total duo 12.50 now\nthanks", ordered=True)
    assert true == 'Total <mark class="missed">due:</mark> 12.50\nthanks\n'
    assert read == 'total <mark class="wrong">duo</mark> 12.50 <mark class="wrong">now</mark>\nthanks\n'


def test_without_an_order_words_are_counted() -> None:
    true, read = marked("a b b c", "c b a d", ordered=False)
    assert true == 'a b <mark class="missed">b</mark> c\n'
    assert read == 'c b a <mark class="wrong">d</mark>\n'


def test_characters_that_are_written_without_spaces_stay_so() -> None:
    true, _ = marked("北京 OK，", "北京 OK，", ordered=True)
    assert true == "北京 OK，\n"


def test_texts_are_escaped() -> None:
    true, read = marked("<b>", "<i> &", ordered=True)
    assert "<b>" not in true
    assert "&lt;i&gt;" in read


def test_long_texts_are_cut() -> None:
    true, _ = marked("word " * 5000, "", ordered=True)
    assert true.count("word") == MOST_WORDS
    assert true.endswith("…")
