"""Cost per 1,000 usable pages."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.compare.metrics.cost import cost_of_usable_pages, usable_pages
from benchmarks.compare.model import AnswerPage, Document, Truth, TruthPage
from tests.unit.benchmarks.compare.pages_of_text import ANSWERED

TRUTH = Truth((TruthPage(1, 1, "one two three four five six seven eight nine ten"), TruthPage(1, 1, "a b c d")))
DOCUMENTS = {name: Document(name, Path(name), name, 2, "pdf", "c", TRUTH) for name in ("d1", "d2")}
GOOD, HALF = (AnswerPage(1, "one two three four five six seven eight nine ten"), AnswerPage(2, "a b x y"))


def test_a_page_is_usable_from_its_word_f1_on() -> None:
    answer = replace(ANSWERED, pages=(GOOD, HALF))
    assert [usable_pages(answer, TRUTH.pages, usable) for usable in (40, 50, 50.1, 100)] == [2, 2, 1, 1]
    assert usable_pages(replace(answer, outcome="timeout"), TRUTH.pages, 10) == 0
    assert usable_pages(replace(answer, pages=()), TRUTH.pages, 10) == 0


def test_what_was_sent_for_nothing_costs_too() -> None:
    # Three usable pages of four, of two requests, and none of a third, for 0.03 in all.
    full = replace(HALF, text="a b c d")
    answers = [
        replace(ANSWERED, document="d1", cost=0.01, pages=(GOOD, full)),
        replace(ANSWERED, document="d2", cost=0.01, pages=(GOOD, HALF)),
        replace(ANSWERED, document="d2", repeat=1, cost=0.01, outcome="timeout"),
    ]
    found = cost_of_usable_pages(answers, DOCUMENTS, 90, seed=1)
    assert found.value == pytest.approx(1000 * 0.03 / 3, abs=1e-6)
    assert found.low <= found.value <= found.high


def test_without_a_price_a_truth_or_a_usable_page_there_is_no_figure() -> None:
    answer = replace(ANSWERED, document="d1", pages=(GOOD,))
    assert cost_of_usable_pages([answer], DOCUMENTS, 90, seed=1) is None
    priced = replace(answer, cost=0.01)
    assert cost_of_usable_pages([priced], {"d1": replace(DOCUMENTS["d1"], truth=None)}, 90, seed=1) is None
    assert cost_of_usable_pages([replace(priced, pages=())], DOCUMENTS, 90, seed=1) is None
