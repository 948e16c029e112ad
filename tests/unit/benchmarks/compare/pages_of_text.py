"""Small pages for tests of metrics."""

from benchmarks.compare.model import Answer, AnswerLine, AnswerPage, Polygon, TruthLine, TruthPage, TruthWord
from benchmarks.compare.polygons import box


def truth(text: str, *, order: bool = True, tables: tuple[str, ...] = ()) -> TruthPage:
    """A page of which only the text is known."""
    return TruthPage(1000, 1000, text, tuple(TruthLine(line) for line in text.splitlines()), tables=tables, order=order)


def answer(text: str, tables: tuple[str, ...] = ()) -> AnswerPage:
    """An answer without places."""
    return AnswerPage(1, text, tuple(AnswerLine(line) for line in text.splitlines()), tables)


def placed_truth(*lines: tuple[str, Polygon]) -> TruthPage:
    """A page of lines at places."""
    text = "\n".join(line for line, _ in lines)
    return TruthPage(1000, 1000, text, tuple(TruthLine(line, place) for line, place in lines))


def truth_of_words(*words: tuple[str, Polygon]) -> TruthPage:
    """A page of words at places."""
    text = " ".join(word for word, _ in words)
    return TruthPage(1000, 1000, text, words=tuple(TruthWord(word, place) for word, place in words))


def placed_answer(*lines: tuple[str, Polygon]) -> AnswerPage:
    """An answer with places."""
    return AnswerPage(1, "\n".join(line for line, _ in lines), tuple(AnswerLine(line, 0.9, at) for line, at in lines))


def row(number: int, left: float = 0, right: float = 100) -> Polygon:
    """The place of a line: 10 pixels high, 20 from the next."""
    return box(left, 20 * number, right, 20 * number + 10)


BEGUN = "2026-01-01T00:00:00+00:00"
ANSWERED = Answer("p", "d", 0, BEGUN, 1.0, "answered", 200, "", (), "", cold=False, cost=None, bytes_sent=1, host="h")
"""An answer without pages."""
