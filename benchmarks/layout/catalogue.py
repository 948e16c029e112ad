"""All documents of the benchmark: kinds, and how many of each. Templates and seeds are fixed."""

from collections.abc import Callable, Sequence

from benchmarks.layout.document import Document
from benchmarks.layout.templates import books, chinese, columns, letters, paper, statements

_KINDS: tuple[tuple[Callable[[int], Document], int], ...] = (
    (columns.columns, 14),
    (paper.paper, 6),
    (letters.letter, 4),
    (letters.invoice, 9),
    (statements.income, 12),
    (statements.bank, 4),
    (statements.report, 18),
    (statements.beside, 6),
    (books.book, 4),
    (books.newspaper, 4),
    (books.slides, 3),
    (books.form, 4),
    (chinese.horizontal, 4),
    (chinese.vertical, 4),
)


def documents(every: int = 1, kinds: Sequence[str] = ()) -> list[Document]:
    """The documents.

    Args:
        every: of each kind, only each so-manieth document, the first one included.
        kinds: only these kinds; all if there are none.
    """
    made = [make(number) for make, count in _KINDS for number in range(0, count, every)]
    return [document for document in made if not kinds or document.kind in kinds]
