import pytest

from models.layout.english_words import is_compound


@pytest.mark.parametrize(
    ("first", "second"), [("well", "known"), ("long", "term"), ("Cost", "effective"), ("high", "speed")]
)
def test_two_words_that_are_none_together_are_a_compound(first, second):
    assert is_compound(f"this is a {first}", first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [("inter", "national"), ("micro", "scope"), ("publi", "shed"), ("de", "scribed"), ("over", "come"), ("a", "part")],
)
def test_the_parts_of_a_broken_word_are_none(first, second):
    assert not is_compound(f"this is a {first}", first, second)


def test_words_of_other_languages_are_not_judged_by_english_ones():
    assert is_compound("die", "her", "over")
    assert not is_compound("Die Straße führt über den Hügel und her", "her", "over")
