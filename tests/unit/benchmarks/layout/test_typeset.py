"""What is set is what is true: sentences, their longest parts on a line, and their order over frames."""

import pytest

from benchmarks.layout.sheet import Sheet
from benchmarks.layout.truth import Truth
from benchmarks.layout.typeset import Flow, Frame, Style

FIRST = "The steady lantern measures the considerable harbour near the mountain."
SECOND = "The crooked ribbon follows the temporary spider."


def test_sentences_are_written_down_with_their_longest_part_on_a_line():
    truth, sheet = Truth(), Sheet()
    Flow(truth, [Frame(sheet, 50, 50, 200, 700)]).paragraph([FIRST, SECOND], Style())
    assert [sentence.text for sentence in truth.sentences] == [FIRST, SECOND]
    lines = [run.text for run in sheet.runs]
    assert " ".join(lines) == f"{FIRST} {SECOND}"
    for sentence in truth.sentences:
        assert any(sentence.anchor in line for line in lines)


def test_a_broken_word_is_whole_in_the_truth():
    truth, sheet = Truth(), Sheet()
    Flow(truth, [Frame(sheet, 50, 50, 130, 700)]).paragraph([FIRST, SECOND], Style(hyphens=True))
    lines = [run.text for run in sheet.runs]
    assert any(line.endswith("-") for line in lines)
    assert "".join(line.removesuffix("-") if line.endswith("-") else line + " " for line in lines).strip() == (
        f"{FIRST} {SECOND}"
    )
    assert all("-" not in sentence.text + sentence.anchor for sentence in truth.sentences)


def test_justified_lines_fill_their_column_but_for_the_last():
    sheet = Sheet()
    Flow(Truth(), [Frame(sheet, 50, 50, 200, 700)]).paragraph([FIRST, SECOND], Style())
    *full, last = sheet.runs
    assert [run.x + run.length for run in full] == pytest.approx([200] * len(full))
    assert last.x + last.length < 195


def test_text_goes_on_in_the_next_frame_and_the_order_with_it():
    truth, sheet = Truth(), Sheet()
    flow = Flow(truth, [Frame(sheet, 50, 50, 250, 76), Frame(sheet, 300, 50, 500, 700)])
    flow.paragraph([FIRST, SECOND], Style())
    flow.heading("Topic", 2, Style(size=12))
    assert {run.x for run in sheet.runs} == {50, 300}
    assert truth.headings == [("Topic", 2)]
    assert [pair[1] for pair in truth.pairs][-1] == "Topic"


def test_what_does_not_fit_is_neither_drawn_nor_true():
    truth, sheet = Truth(), Sheet()
    flow = Flow(truth, [Frame(sheet, 50, 50, 200, 90)])
    flow.paragraph([SECOND, FIRST, SECOND + FIRST], Style())
    flow.heading("Topic", 2, Style())
    assert flow.full
    assert [sentence.text for sentence in truth.sentences] == [SECOND]
    assert truth.headings == []
    assert all(run.y < 95 for run in sheet.runs)
