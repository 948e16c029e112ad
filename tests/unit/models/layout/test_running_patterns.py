import pytest

from models.layout.running_patterns import (
    is_certain_number,
    is_citation,
    is_date_line,
    is_footnote_mark,
    is_page_number,
    is_stamp,
)


@pytest.mark.parametrize(
    "text",
    ["12", "- 12 -", "xiv", "A-3", "Page 3 of 10", "3/10", "page 7", "Seite 4", "[5]", "第 3 页", "| 23", "2-15"],
)
def test_numbers_of_pages(text):
    assert is_page_number(text)


@pytest.mark.parametrize("text", ["12.50", "Chapter 3", "1,234", "12 March", "", "the 12", "12345", "2 Materials"])
def test_what_is_no_number_of_a_page(text):
    assert not is_page_number(text)


@pytest.mark.parametrize("text", ["- 12 -", "Page 3 of 10", "3 of 10", "Seite 4", "第3页"])
def test_numbers_that_can_be_nothing_else(text):
    assert is_certain_number(text)


@pytest.mark.parametrize("text", ["12", "xiv", "A-3"])
def test_numbers_that_may_be_something_else(text):
    assert not is_certain_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "Downloaded from https://journals.example.org on 12 March 2021",
        "www.example.com",
        "DOI: 10.1000/xyz123",
        "doi 10.1000/182",
        "© 2014 Example Holdings Ltd.",
        "Copyright 2001",
        "ISSN 1535-6078",
        "arXiv:1234.56789 [cs.CL]",
    ],
)
def test_stamps(text):
    assert is_stamp(text)


@pytest.mark.parametrize(
    "text",
    [
        "International Journal of Applied Glaciology 14 (2019) 211-226",
        "Vol. 3, No. 2",
        "A. Morton et al.",
        "7 October 2019",
        "MAY 1987",
        "Chapter Three",
    ],
)
def test_citations(text):
    assert is_citation(text)


@pytest.mark.parametrize("text", ["The harbour lay quiet in the early light", "Total amount", "2 Results"])
def test_plain_text_is_neither_a_stamp_nor_a_citation(text):
    assert not is_stamp(text)
    assert not is_citation(text)


@pytest.mark.parametrize("text", ["Monday, 4 May 2020 No. 17,204", "No. 17", "Vol. 3", "12.03.2021", "2020年5月4日"])
def test_dates_and_numbers_of_issues(text):
    assert is_date_line(text)


@pytest.mark.parametrize("text", ["Harbour reopens in May", "No answer", "1984", "The Gazette"])
def test_what_is_neither_a_date_nor_the_number_of_an_issue(text):
    assert not is_date_line(text)


@pytest.mark.parametrize("text", ["* Estimated", "1) See page 4", "2 Restated", "a) Unaudited", "\u00b9 Net of tax"])
def test_marks_of_footnotes(text):
    assert is_footnote_mark(text)


@pytest.mark.parametrize("text", ["IBAN GB29", "Form HB-12", "12", "2019-04-01"])
def test_what_has_no_mark_of_a_footnote(text):
    assert not is_footnote_mark(text)
