import pytest

from server.contracts.mistral.errors import WrongField
from server.contracts.mistral.page_choice import MOST_RANGES, chosen_pages, parse_pages


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, [0, 1, 2, 3, 4]),
        ("", [0, 1, 2, 3, 4]),
        ([], [0, 1, 2, 3, 4]),
        ("0-2,4", [0, 1, 2, 4]),
        (" 3 , 1 - 1 ", [1, 3]),
        ([4, 0, 4], [0, 4]),
        ("3-9999999", [3, 4]),
        ([7], []),
    ],
)
def test_pages_of_a_document_of_five(value, expected):
    assert list(chosen_pages(parse_pages(value), 5)) == expected


@pytest.mark.parametrize("value", ["-1", "2-1", "1-", "a", "٣", ",", "1" * 8, [-1], [0, -2], "1," * MOST_RANGES + "1"])
def test_what_is_no_list_of_pages_is_refused(value):
    with pytest.raises(WrongField):
        parse_pages(value)
