import cmarkgfm

from models.layout.document import Cell, Table
from server.contracts.mistral.tables import pipe_table
from tests.unit.server.contracts.mistral.pages import line


def test_merged_cells_repeat_nothing_and_marks_are_escaped():
    lines = [line(text) for text in ("Name", "a|b", "*c*", "\\|")]
    cells = (Cell(0, 0, 1, 2, (0,)), Cell(1, 0, 1, 1, (1,)), Cell(1, 1, 1, 1, (2,)), Cell(2, 0, 1, 1, (3,)))
    made = pipe_table(Table(3, 2, (*cells, Cell(2, 1, 1, 1, ())), ruled=True), lines)
    assert made.split("\n") == ["| Name |  |", "| --- | --- |", "| a\\|b | \\*c\\* |", "| \\\\\\| |  |"]
    html = cmarkgfm.github_flavored_markdown_to_html(made)
    for text in ("<th>Name</th>", "<th></th>", "<td>a|b</td>", "<td>*c*</td>", "<td>\\|</td>"):
        assert text in html
