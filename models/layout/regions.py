"""The regions that a layout model finds on a page, and the kind that each official label stands for."""

from dataclasses import dataclass
from typing import Literal

RegionKind = Literal["title", "text", "table", "image", "caption"]
Rectangle = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the preprocessed page."""

KINDS: dict[str, RegionKind] = {
    "doc_title": "title",
    "paragraph_title": "title",
    "title": "title",
    "table": "table",
    "image": "image",
    "figure": "image",
    "chart": "image",
    "seal": "image",
    "header_image": "image",
    "footer_image": "image",
    "figure_title": "caption",
    "figure_caption": "caption",
    "chart_title": "caption",
    "table_title": "caption",
    "table_caption": "caption",
    "figure_table_chart_title": "caption",
}
"""The labels of PP-DocLayout and PP-StructureV2 that are not running text. All other labels are."""


@dataclass(frozen=True, slots=True)
class CellPlace:
    """A cell that a table model found: its place in the grid, its spans, and its rectangle on the page."""

    row: int
    column: int
    row_span: int
    column_span: int
    box: Rectangle


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's grid. No two cells share a position; positions without a cell are empty."""

    rows: int
    columns: int
    cells: tuple[CellPlace, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """One region.

    Attributes:
        label: the model's own name for it.
        score: probability, 0..1.
        box: its rectangle, inside the page.
        grid: the grid of a table, if a table model looked at it.
    """

    label: str
    score: float
    box: Rectangle
    grid: Grid | None = None

    @property
    def kind(self) -> RegionKind:
        """The kind of the region in the layout analysis."""
        return KINDS.get(self.label, "text")
