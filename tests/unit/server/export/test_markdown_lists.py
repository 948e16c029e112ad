import pytest

from server.export.markdown_lists import Item, list_items


def test_paragraphs_with_bullets_are_items():
    assert list_items(["Bring:", "• tea", "• a lamp", "and go"]) == [None, Item("-", "tea"), Item("-", "a lamp"), None]


def test_numbers_that_count_are_items():
    assert list_items(["3. tea", "4. a lamp"]) == [Item("3.", "tea"), Item("4.", "a lamp")]
    assert list_items(["1) tea", "2) a lamp"]) == [Item("1)", "tea"), Item("2)", "a lamp")]


@pytest.mark.parametrize(
    "texts",
    [
        ["1. tea", "3. a lamp"],
        ["1. tea", "2) a lamp"],
        ["• tea", "– a lamp"],
        ["• tea"],
        ["• tea", "", "• a lamp"],
        ["1.5 litres", "2.5 litres"],
        ["-5", "-7"],
        ["tea", "lamp"],
        [],
    ],
)
def test_other_paragraphs_are_none(texts):
    assert list_items(texts) == [None] * len(texts)
