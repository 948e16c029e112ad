"""A table as a pipe table of Markdown, without any HTML but line breaks."""

from collections.abc import Sequence

from models.document import TextLine
from models.layout.document import Table
from models.layout.joining import join_lines
from server.export.markdown_text import escape_markdown


def pipe_table(table: Table, lines: Sequence[TextLine]) -> str:
    """The rows of a table, the first one as its head. Positions that a merged cell covers beside its first are empty.

    Args:
        table: the grid.
        lines: of the page.
    """
    rows = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = _escaped(join_lines([lines[index].text for index in cell.lines]))
    head, *others = rows
    return "\n".join(map(_row, (head, ["---"] * table.columns, *others)))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return escape_markdown(text.strip(), html=False).replace("|", "\\|").replace("\n", "<br>")
