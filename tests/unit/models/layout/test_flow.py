from dataclasses import replace

import pytest

from models.document import TextLine
from models.layout.analyse import analyse_layout
from models.layout.document import Block
from models.layout.flow import FlowText, begins_within, ends_open, flowing, goes_on, joined, which_continue
from tests.unit.models.layout.papers import line, paper

BOX = (0, 0, 1, 1)
COLUMN = (0.0, 300.0)
OPEN, REST = "The harbour lay quiet in the early", "morning light, and nobody spoke."


@pytest.mark.parametrize("text", [OPEN, "The harbour lay quiet in the harb-", "The harbour, the boats,"])
def test_a_text_without_the_end_of_a_sentence_is_open(text):
    assert ends_open(text)


@pytest.mark.parametrize(
    "text", ["The harbour lay quiet.", 'He said: "Go home."', "The following items:", "too short", "港很安静。"]
)
def test_a_text_with_the_end_of_a_sentence_or_a_label_is_not_open(text):
    assert not ends_open(text)


def test_a_small_letter_begins_within_a_sentence():
    assert [begins_within(text) for text in ("and", "“and", "And", "7 days", "•", "")] == [True, True] + 4 * [False]


def test_a_text_goes_on_where_its_words_or_its_places_tell_it():
    same = (20.0, 20.0)
    assert goes_on(OPEN, REST, same, full=False)
    assert not goes_on("The harbour lay quiet at dawn.", REST, same, full=True)
    assert not goes_on(OPEN, "Morning light, and nobody spoke.", same, full=False)
    assert goes_on(OPEN, "Morning light, and nobody spoke.", same, full=True)
    assert not goes_on(OPEN, REST, (20.0, 26.0), full=True)
    assert not goes_on(OPEN, "", same, full=True)


def test_a_text_runs_around_figures_and_notes_and_not_over_a_title():
    def flow(kind, text):
        return FlowText(kind, text, 20.0, COLUMN, full=False, indented=False)

    around = [
        flow("text", OPEN),
        flow("image", ""),
        flow("image_caption", "Figure 1"),
        flow("footnote", "* a"),
        flow("text", REST),
    ]
    assert which_continue(around) == [False] * 4 + [True]
    assert which_continue([flow("text", OPEN), flow("title", "Boats"), flow("text", REST)]) == [False] * 3
    assert which_continue([flow("text", REST)]) == [False]


def test_an_indented_text_is_a_new_paragraph_where_only_its_place_could_tell():
    above = FlowText("text", OPEN, 20.0, COLUMN, full=True, indented=False)
    below = FlowText("text", "Morning light fell.", 20.0, (400.0, 700.0), full=True, indented=False)
    assert which_continue([above, below]) == [False, True]
    assert which_continue([above, replace(below, indented=True)]) == [False, False]
    assert which_continue([above, replace(below, column=COLUMN)]) == [False, False]


def test_rows_of_labels_and_values_do_not_go_on():
    above = FlowText("text", OPEN, 20.0, COLUMN, full=False, indented=False)
    below = replace(above, text=REST)
    assert which_continue([above, below]) == [False, True]
    assert which_continue([replace(above, last_alone=False), below]) == [False, False]
    assert which_continue([above, replace(below, first_alone=False)]) == [False, False]
    assert which_continue([replace(above, prose=False), below]) == [False, False]
    assert which_continue([replace(above, prose=False), replace(below, column=(400.0, 700.0))]) == [False, True]


def test_blocks_of_one_text_stand_where_the_first_one_does():
    first, figure, rest = Block("text", BOX, (0, 1)), Block("image", BOX, ()), Block("text", BOX, (2,), continues=True)
    groups = flowing([first, figure, rest])
    assert groups == [(first, rest), (figure,)]
    assert joined(groups[0]).lines == (0, 1, 2)
    assert joined(groups[1]) is figure


def test_a_paragraph_runs_on_in_the_next_column():
    left = [line(f"left{k} words that fill", 50, 100 + 24 * k, 330) for k in range(8)]
    right = [line(f"right{k} words that fill", 420, 100 + 24 * k, 330) for k in range(8)]
    layout = analyse_layout(paper(), [*left, *right])
    assert [block.continues for block in layout.blocks] == [False, True]
    ended = [*left[:-1], TextLine("left7 words that fill.", 1.0, left[-1].quad)]
    assert [block.continues for block in analyse_layout(paper(), [*ended, *right]).blocks] == [False, False]
