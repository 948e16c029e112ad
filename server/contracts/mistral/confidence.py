"""The scores of an answer. The recogniser gives one for each line, and a word has the score of its line."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.contracts.mistral.page_part import Piece, ReadText

_HYPHENS = "-\u00ad\u2010"
MAX_WORD = 200
"""Characters of a longer word that are looked for."""


def page_scores(pieces: Iterable[Piece]) -> dict[str, object] | None:
    """The average and the least score of a page's lines; None if there are none."""
    scores = [line.score for piece in pieces for line in piece.lines]
    if not scores:
        return None
    return {
        "average_page_confidence_score": _average(scores),
        "minimum_page_confidence_score": min(scores),
    }


def block_scores(piece: Piece) -> dict[str, object]:
    """The average and the least score of the lines in a block; None for each if there are none."""
    scores = [line.score for line in piece.lines]
    return {
        "average_content_confidence_score": _average(scores) if scores else None,
        "minimum_content_confidence_score": min(scores, default=None),
        "block_type_confidence_score": None,
    }


def word_scores(content: str, lines: Sequence[ReadText], offset: int) -> Iterator[Mapping[str, object]]:
    """The words of a piece of Markdown with the scores of their lines.

    Each word is given as it stands in the Markdown, with the backslashes of its escaping. A word that is broken at the
    end of a line is given in its two parts.

    Args:
        content: the Markdown.
        lines: that were read in it, in the same order.
        offset: of the content in the page's Markdown, in characters.
    """
    at = 0
    for line in lines:
        for word in line.text.split():
            found = _find(word, content, at) or _find(word.rstrip(_HYPHENS), content, at)
            if found is not None:
                yield {"text": found[0], "confidence": line.score, "start_index": offset + found.start()}
                at = found.end()


def _find(word: str, content: str, at: int) -> re.Match[str] | None:
    if not word:
        return None
    return re.compile("".join(rf"\\?{re.escape(letter)}" for letter in word[:MAX_WORD])).search(content, at)


def _average(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores)
