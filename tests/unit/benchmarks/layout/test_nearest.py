"""Texts are found although some letters were misread, and never where they are not."""

import numpy as np
import pytest

from benchmarks.layout.nearest import find


def test_an_exact_text_is_found_where_it_ends():
    assert find("lantern", "theoldlanternshines", 0.0) == len("theoldlantern")
    assert find("lantern", "theoldlamternshines", 0.0) is None


@pytest.mark.parametrize("text", ["theoldlamternshines", "theoldlanernshines", "theoldlannternshines"])
def test_one_wrong_missing_or_additional_letter_is_tolerated(text):
    end = find("lantern", text, 0.15)
    assert end is not None
    assert text[end:].startswith("shines")


def test_more_wrong_letters_than_tolerated_are_not():
    assert find("lantern", "theoldlamtermshines", 0.15) is None
    assert find("", "text", 0.5) is None


def test_the_distance_is_that_of_the_plain_table():
    rng = np.random.default_rng(5)
    for _ in range(60):
        wanted, text = ("".join(rng.choice(list("abc"), int(rng.integers(1, 12)))) for _ in range(2))
        row = [0] * (len(text) + 1)
        for number, letter in enumerate(wanted, 1):
            before, row[0] = row[0], number
            for at, other in enumerate(text, 1):
                before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != other))
        for most in range(len(wanted)):
            # A little more than the share, because of rounding.
            assert (find(wanted, text, (most + 0.01) / len(wanted)) is not None) == (min(row) <= most), (wanted, text)
