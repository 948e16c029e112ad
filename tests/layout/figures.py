"""The figures of the judged set: what a test asserts and a benchmark prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.document import TextLine
from models.layout.analyse import analyse_layout
from tests.layout.judge import order_is_right, right_cells, right_paragraphs
from tests.layout.pages import GeneratedPage


@dataclass(frozen=True, slots=True)
class Figures:
    """Right ones of all, over some pages.

    Attributes:
        cells: table cells at their place with their spans and their text.
        orders: pages whose lines outside tables are in exactly the true order.
        paragraphs: paragraphs that are one block, titles told from text.
        wrong: names of the pages whose order is wrong.
    """

    cells: tuple[int, int]
    orders: tuple[int, int]
    paragraphs: tuple[int, int]
    wrong: tuple[str, ...]

    @property
    def cell_share(self) -> float:
        """Right cells in percent."""
        return 100 * self.cells[0] / max(1, self.cells[1])


def judge(pages: Sequence[GeneratedPage], read: Sequence[Sequence[TextLine]]) -> Figures:
    """Analyse pages and compare with what is on them."""
    cells = of_cells = paragraphs = of_paragraphs = 0
    wrong = []
    for page, detected in zip(pages, read, strict=True):
        layout = analyse_layout(page.image, detected)
        lines = layout.lines
        if page.table is not None:
            cells += right_cells(lines, layout, page.table)
            of_cells += len(page.table.cells)
        if not order_is_right(lines, layout, page):
            wrong.append(page.name)
        paragraphs += right_paragraphs(lines, layout, page)
        of_paragraphs += len(page.paragraphs)
    orders = (len(pages) - len(wrong), len(pages))
    return Figures((cells, of_cells), orders, (paragraphs, of_paragraphs), tuple(wrong))
