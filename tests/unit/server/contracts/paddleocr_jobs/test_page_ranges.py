import pytest

from server.contracts.paddleocr_jobs.errors import BadParameter
from server.contracts.paddleocr_jobs.page_ranges import MOST_RANGES, chosen_pages, parse_ranges


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("2,4-6", [2, 4, 5, 6]),
        ("2--2", [2, 3, 4, 5, 6, 7, 8]),
        ("-1", [9]),
        ("-3--2", [7, 8]),
        (" 1 - 2 , 9 ", [1, 2, 9]),
        ("6-8,7,1", [1, 6, 7, 8]),
        ("8-20", [8, 9]),
        ("-20-2", [1, 2]),
        ("20", []),
        ("8--5", []),
    ],
)
def test_pages_are_chosen_in_the_documents_order_without_repeats_and_clipped(text, pages):
    assert list(chosen_pages(parse_ranges(text), 9)) == pages


def test_without_ranges_all_pages_are_chosen_and_an_image_has_page_1():
    assert list(chosen_pages((), 3)) == [1, 2, 3]
    assert list(chosen_pages(parse_ranges("1-5"), 1)) == [1]
    assert list(chosen_pages(parse_ranges("2"), 1)) == []


@pytest.mark.parametrize(
    "text",
    ["", "a", "1,", "1-", "-", "--2", "0", "1-0", "5-2", "-1--3", "1-2-3", "1;2", "1.5", "٣", "9999999999", "1 2"],
)
def test_what_is_no_list_of_ranges_is_refused(text):
    with pytest.raises(BadParameter, match="pageRanges"):
        parse_ranges(text)


def test_there_is_a_most_of_ranges():
    assert len(parse_ranges(",".join(["1"] * MOST_RANGES))) == MOST_RANGES
    with pytest.raises(BadParameter, match="at most 100"):
        parse_ranges(",".join(["1"] * (MOST_RANGES + 1)))
