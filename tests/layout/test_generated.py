"""The judged set, read by the real pipeline: the bars that the layout analysis must clear."""

import pytest

from tests.layout.figures import judge
from tests.layout.pages import GeneratedPage, column_pages, table_pages
from tests.layout.reader import read_pages

RULED_CELLS, ALIGNED_CELLS, PARAGRAPHS = 95.0, 85.0, 90.0
PAGES = {
    "ruled": table_pages(ruled=True, count=8),
    "aligned": table_pages(ruled=False, count=8),
    "columns": column_pages(per_kind=2),
}


@pytest.fixture(scope="module")
def read() -> dict[str, list]:
    lines = iter(read_pages([page.image for pages in PAGES.values() for page in pages]))
    return {kind: [next(lines) for _ in pages] for kind, pages in PAGES.items()}


@pytest.mark.parametrize(("kind", "bar"), [("ruled", RULED_CELLS), ("aligned", ALIGNED_CELLS)])
def test_cells_of_tables_are_found(read, kind, bar):
    figures = judge(PAGES[kind], read[kind])
    assert figures.cell_share >= bar, figures


@pytest.mark.parametrize("kind", list(PAGES))
def test_the_reading_order_is_exact(read, kind):
    assert judge(PAGES[kind], read[kind]).wrong == ()


@pytest.mark.parametrize("kind", list(PAGES))
def test_paragraphs_and_titles_are_told_apart(read, kind):
    right, of = judge(PAGES[kind], read[kind]).paragraphs
    assert 100 * right >= PARAGRAPHS * of


def test_the_set_holds_what_it_claims():
    cells = [cell for kind in ("ruled", "aligned") for page in PAGES[kind] for cell in _cells(page)]
    assert any(cell.row_span > 1 for cell, _ in cells)
    assert any(cell.column_span > 1 for cell, _ in cells)
    assert any(not text for _, text in cells)
    names = " ".join(page.name for pages in PAGES.values() for page in pages)
    assert all(part in names for part in ("+2°", "-2°", "noise 10", "opencv", "pillow", "zh", "columns-3"))


def _cells(page: GeneratedPage) -> list:
    assert page.table is not None
    return page.table.cells
