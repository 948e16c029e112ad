"""Pages without names."""

from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import binomtest

from benchmarks.compare.model import Answer, AnswerPage, Document
from benchmarks.compare.report.blind import Votes, draw_pages, tally
from tests.unit.benchmarks.compare.pages_of_text import ANSWERED

DOCUMENTS = [Document(f"d{number}", Path(f"d{number}"), str(number), 2, "pdf", "c") for number in range(6)]


def _answer(document: str, text: str) -> Answer:
    pages = tuple(AnswerPage(number, f"{text} {number}") for number in (1, 2))
    return replace(ANSWERED, document=document, pages=pages)


ANSWERS = {
    name: {document.id: _answer(document.id, name) for document in DOCUMENTS} for name in ("one", "two", "three")
}


def test_the_lot_decides_and_the_same_lot_decides_alike() -> None:
    first = draw_pages(DOCUMENTS, ANSWERS, 10, "lot")
    assert first == draw_pages(DOCUMENTS, ANSWERS, 10, "lot")
    assert first != draw_pages(DOCUMENTS, ANSWERS, 10, "another")
    assert [page.name for page in first] == [f"page-{number}" for number in range(1, 11)]
    assert len({(page.document.id, page.page) for page in first}) == 10
    assert {page.left for page in first} == {page.right for page in first} == {"one", "two", "three"}
    assert all(page.texts == (f"{page.left} {page.page}", f"{page.right} {page.page}") for page in first)


def test_pages_that_all_read_alike_are_not_shown() -> None:
    alike = {name: {each.id: _answer(each.id, "same") for each in DOCUMENTS} for name in ("one", "two")}
    assert draw_pages(DOCUMENTS, alike, 10, "lot") == []
    assert draw_pages(DOCUMENTS, {"one": ANSWERS["one"]}, 10, "lot") == []


def test_votes_are_counted_by_pair() -> None:
    page = draw_pages(DOCUMENTS, {name: ANSWERS[name] for name in ("one", "two")}, 1, "lot")[0]
    pages = [
        replace(page, name=f"page-{number}", left=left, right=right)
        for number, (left, right) in enumerate([("one", "two"), ("two", "one"), ("one", "two"), ("one", "two")])
    ]
    votes = Votes("r", {"page-0": "right", "page-1": "left", "page-2": "same", "page-3": "right", "gone": "left"})
    (found,) = tally(pages, [votes, Votes("r", {"page-3": "neither"})])
    assert (found.one, found.for_one, found.other, found.for_other) == ("one", 0, "two", 3)
    assert (found.same, found.neither) == (1, 1)
    assert found.p == pytest.approx(binomtest(0, 3).pvalue, abs=1e-6)
