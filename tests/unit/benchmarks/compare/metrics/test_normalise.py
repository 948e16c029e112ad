"""What does not count."""

import pytest

from benchmarks.compare.metrics.normalise import AS_READ, NORMALISATIONS, STANDARD

BY_NAME = {each.name: each for each in NORMALISATIONS}


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("as_read", "a  b\nc", " a b c "),
        ("as_read", "e\u0301", "é"),
        ("width", "ＡＢＣ１２", "ABC12"),
        ("case", "Straße", "STRAßE"),
        ("letters", "a, b.", "a b"),
        ("script", "漢字轉換。", "汉字转换"),
        ("spaces", "北 京", "北京"),
    ],
)
def test_each_normalisation_makes_equal_what_does_not_count(name: str, one: str, other: str) -> None:
    assert BY_NAME[name].text(one) == BY_NAME[name].text(other)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("as_read", "Ａ", "A"),
        ("as_read", "漢", "汉"),
        ("width", "A", "a"),
        ("case", "a,", "a"),
        ("letters", "漢", "汉"),
        ("script", "北 京", "北京"),
    ],
)
def test_and_no_more_than_that(name: str, one: str, other: str) -> None:
    assert BY_NAME[name].text(one) != BY_NAME[name].text(other)


def test_each_normalisation_leaves_out_at_least_what_the_one_before_it_does() -> None:
    text = "Ａ, Bé 漢 字。"
    lengths = [len(set(map(each.text, (text, text.upper(), text.lower(), "a, bé 汉 字")))) for each in NORMALISATIONS]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[-1]


def test_words_are_split_at_white_space_and_han_and_kana_are_words_one_by_one() -> None:
    assert AS_READ.words("Total 12,50 北京かな OK店") == ["Total", "12,50", "北", "京", "か", "な", "OK", "店"]


def test_punctuation_at_the_ends_of_words_does_not_count_and_inside_it_does() -> None:
    assert STANDARD.words("(Total): 12,50 ... “A”") == ["total", "12,50", "a"]
    assert BY_NAME["letters"].words("12,50") == ["1250"]
