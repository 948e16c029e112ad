"""From documents and answers to parts."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.compare.metrics.registry import METRICS
from benchmarks.compare.model import AnswerPage, Document, Truth, TruthLine, TruthPage
from benchmarks.compare.polygons import box
from benchmarks.compare.scoring import Scoring, in_common
from tests.unit.benchmarks.compare.pages_of_text import ANSWERED, placed_answer, row

PAGE = TruthPage(10, 10, "a b c d", order=True)
DOCUMENT = Document("d", Path("d"), "0", 1, "image", "mail", Truth((PAGE,)))
F1 = METRICS["word_f1"]


def _parts(document: Document, *answers, metric: str = "word_f1"):
    found = Scoring([document]).score(METRICS[metric], {document.id: answers})
    return None if found is None else found.parts.tolist()


def test_what_was_not_answered_counts_as_read_empty() -> None:
    read = replace(ANSWERED, pages=(AnswerPage(1, "a b"),))
    assert _parts(DOCUMENT, read) == [[2, 2, 4]]
    assert _parts(DOCUMENT, replace(read, outcome="throttled")) == [[0, 0, 4]]
    assert _parts(DOCUMENT, replace(read, outcome="refused", pages=()), metric="cer") == [[7, 7]]


def test_repeats_count_by_their_mean() -> None:
    answers = [
        replace(ANSWERED, repeat=number, pages=(AnswerPage(1, text),)) for number, text in enumerate(["a b c d", "a"])
    ]
    assert _parts(DOCUMENT, *answers) == [[2.5, 2.5, 4]]


def test_missing_pages_are_empty_and_extra_pages_are_invented() -> None:
    two = replace(DOCUMENT, pages=2, truth=Truth((PAGE, PAGE)))
    assert _parts(two, replace(ANSWERED, pages=(AnswerPage(2, "a b c d"),))) == [[4, 4, 8]]
    assert _parts(DOCUMENT, replace(ANSWERED, pages=(AnswerPage(1, "a b c d"), AnswerPage(2, "x y")))) == [[4, 6, 4]]


def test_documents_without_truth_or_without_answers_are_left_out() -> None:
    assert _parts(replace(DOCUMENT, truth=None), ANSWERED) is None
    assert _parts(DOCUMENT) is None


@pytest.mark.parametrize(("kind", "known"), [("image", True), ("pdf", False)])
def test_places_on_pdf_pages_are_not_compared(kind, known: bool) -> None:
    lines = (TruthLine("a b", box(0, 0, 100, 10)),)
    document = replace(DOCUMENT, kind=kind, truth=Truth((replace(PAGE, text="a b", lines=lines),)))
    read = replace(ANSWERED, pages=(placed_answer(("a b", row(0))),))
    assert (_parts(document, read, metric="line_hmean") is not None) == known


def test_a_category_is_taken_alone() -> None:
    other = replace(DOCUMENT, id="e", category="bills")
    answers = {name: [replace(ANSWERED, document=name, pages=(AnswerPage(1, "a"),))] for name in ("d", "e")}
    scoring = Scoring([DOCUMENT, other])
    assert scoring.score(F1, answers).documents == ("d", "e")
    assert scoring.score(F1, answers, category="bills").documents == ("e",)


def test_documents_in_common_stand_in_the_order_of_the_first() -> None:
    scoring = Scoring([replace(DOCUMENT, id=name) for name in "abc"])
    one, other = (
        scoring.score(F1, {name: [replace(ANSWERED, provider=names, document=name)] for name in names})
        for names in ("ab", "bca")
    )
    assert in_common([other, one]) == ["a", "b"]
    assert one.of(["b", "a"]).tolist() == one.parts[::-1].tolist()
    assert in_common([]) == []


def test_a_provider_that_tells_no_tables_has_no_score_in_them() -> None:
    table = "<table><tr><td>Name</td></tr></table>"
    page = replace(PAGE, tables=(table,))
    documents = [replace(DOCUMENT, id=name, truth=Truth((page,))) for name in ("d", "e")]
    silent = replace(ANSWERED, pages=(AnswerPage(1, "a b"),))
    telling = replace(silent, pages=(AnswerPage(1, "a b", tables=(table,)),))

    def teds(*answers):
        given = {each.id: [replace(answer, document=each.id)] for each, answer in zip(documents, answers, strict=True)}
        found = Scoring(documents).score(METRICS["teds"], given)
        return None if found is None else found.parts.tolist()

    assert teds(silent, silent) is None
    assert teds(telling, silent) == [[1, 1], [0, 1]]
