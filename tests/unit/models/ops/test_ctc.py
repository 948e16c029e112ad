"""CTC greedy decoding: which steps survive, what they score, where they were."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.ops.ctc import DecodedLine, ctc_characters, decode_line, greedy_decode

CHARACTERS = ctc_characters(("a", "b", "c"))


def decode(classes: list[int], probabilities: list[float] | None = None) -> DecodedLine:
    values = probabilities or [0.5] * len(classes)
    return decode_line(np.array(classes, dtype=np.intp), np.array(values, dtype=np.float32), CHARACTERS)


def test_characters_are_blank_dictionary_space() -> None:
    assert CHARACTERS == ("blank", "a", "b", "c", " ")


@pytest.mark.parametrize(
    ("classes", "text", "columns"),
    [
        ([1, 1, 1, 2], "ab", (0, 3)),
        ([1, 0, 1], "aa", (0, 2)),
        ([0, 0, 4, 4, 3], " c", (2, 4)),
        ([2, 1, 2], "bab", (0, 1, 2)),
        ([3], "c", (0,)),
    ],
)
def test_repeats_collapse_unless_a_blank_separates_them(
    classes: list[int], text: str, columns: tuple[int, ...]
) -> None:
    line = decode(classes)
    assert (line.text, line.columns, line.steps) == (text, columns, len(classes))


def test_score_is_the_float32_mean_of_the_first_step_of_each_character() -> None:
    values = [0.9, 0.1, 0.8, 0.7, 0.3]
    line = decode([1, 1, 0, 2, 3], values)
    expected = np.array([0.9, 0.7, 0.3], dtype=np.float32)
    assert line.score == float(expected.mean())
    assert line.char_scores == tuple(expected.tolist())


@pytest.mark.parametrize("classes", [[0, 0, 0], [0], []])
def test_nothing_read_is_an_empty_text_with_score_zero(classes: list[int]) -> None:
    assert decode(classes) == DecodedLine("", 0.0, (), (), len(classes))


def test_an_entry_of_several_code_points_shares_step_and_score() -> None:
    characters = ctc_characters(("a", "\U0001f1e9\U0001f1ea"))
    line = decode_line(np.array([1, 0, 2]), np.array([0.5, 1, 0.25], dtype=np.float32), characters)
    assert line.text == "a\U0001f1e9\U0001f1ea"
    assert (line.columns, line.char_scores, line.score) == ((0, 2, 2), (0.5, 0.25, 0.25), 0.375)


def test_a_class_without_a_character_is_an_error() -> None:
    with pytest.raises(IndexError):
        decode([5])


def test_decoding_does_not_change_its_input() -> None:
    classes = np.array([1, 1, 0, 2])
    decode_line(classes, np.ones(4, dtype=np.float32), CHARACTERS)
    assert classes.tolist() == [1, 1, 0, 2]


def test_greedy_decode_takes_the_maximum_of_every_step() -> None:
    probabilities: NDArray[np.float32] = np.random.default_rng(7).random((3, 5, 11), dtype=np.float32)
    indices, best = greedy_decode(probabilities)
    np.testing.assert_array_equal(indices, probabilities.argmax(axis=2))
    np.testing.assert_array_equal(best, probabilities.max(axis=2))
    assert best.dtype == np.float32


def test_ties_go_to_the_lowest_class() -> None:
    indices, _ = greedy_decode(np.full((1, 2, 4), 0.25, dtype=np.float32))
    assert indices.tolist() == [[0, 0]]
