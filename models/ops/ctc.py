"""CTC greedy decoding: makes text and scores from class probabilities per time step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLANK = 0
"""The class index of the CTC blank, which separates repeated characters and stands for 'nothing here'."""


@dataclass(frozen=True, slots=True)
class DecodedLine:
    """The text of one line, and the time step of each of its characters.

    Attributes:
        text: the decoded characters; empty if every step is blank.
        score: mean probability of the kept steps, 0..1; 0.0 for an empty text.
        char_scores: probability of each code point of ``text``.
        columns: time step of each code point of ``text``, ascending.
        steps: number of time steps of the whole (padded) line.
    """

    text: str
    score: float
    char_scores: tuple[float, ...]
    columns: tuple[int, ...]
    steps: int


def ctc_characters(dictionary: Sequence[str]) -> tuple[str, ...]:
    """List the character of every class: the blank, the dictionary in order, and the space."""
    return ("blank", *dictionary, " ")


def greedy_decode(probabilities: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Take the best class of every time step.

    NumPy scans the classes once. For 6 x 40 x 18,385 values it takes 0.6 ms, where OpenCV's reductions take 4 to 7 ms;
    two threads are not faster than one. No array of the input's size is copied. If a step holds a NaN or a positive
    infinity, that is its best probability.

    Args:
        probabilities: float32 (N, T, C), a softmax over C.

    Returns:
        The best class indices and their probabilities, both (N, T).
    """
    indices = probabilities.argmax(axis=-1)
    best = np.take_along_axis(probabilities, indices[..., np.newaxis], axis=-1)
    return indices, best[..., 0]


def decode_line(
    indices: NDArray[np.intp], probabilities: NDArray[np.float32], characters: Sequence[str]
) -> DecodedLine:
    """Collapse one line's best classes into text: drop repeats of the previous step, then blanks.

    This is the map B of the CTC paper (Graves et al. 2006, section 3.1) on the best path. A repeat keeps the
    probability of its first step.

    Args:
        indices: (T,) best class of each step.
        probabilities: float32 (T,) their probabilities.
        characters: the character of each class, see `ctc_characters`. An entry may have several code points, such as a
            flag emoji. Each of them gets the step and the probability of the entry.

    Raises:
        IndexError: a class has no character, because the dictionary does not belong to the model.
    """
    kept = indices != BLANK
    kept[1:] &= indices[1:] != indices[:-1]
    columns = np.flatnonzero(kept)
    if columns.size == 0:
        return DecodedLine("", 0.0, (), (), len(indices))
    scores = probabilities[columns]
    entries = [characters[index] for index in indices[columns].tolist()]
    lengths = [len(entry) for entry in entries]
    return DecodedLine(
        text="".join(entries),
        score=float(np.mean(scores)),
        char_scores=tuple(np.repeat(scores, lengths).tolist()),
        columns=tuple(np.repeat(columns, lengths).tolist()),
        steps=len(indices),
    )
