"""Tables are drawn as their HTML says."""

from benchmarks.layout.sheet import Sheet
from benchmarks.layout.table import Cell, TableStyle, draw_table

ROWS = [
    [Cell("Method", down=2), Cell("Scores", across=2, align="centre"), None],
    [None, Cell("A", align="right"), Cell("B", align="right")],
    [Cell("Lantern"), Cell("1.5", align="right", sign="$"), Cell("", align="right")],
]


def test_the_html_has_spans_signs_and_empty_cells():
    true, _ = draw_table(Sheet(), ROWS, TableStyle("ruled"), 50, 50, None)
    assert true.html == (
        '<table><tr><td rowspan="2">Method</td><td colspan="2">Scores</td></tr>'
        "<tr><td>A</td><td>B</td></tr><tr><td>Lantern</td><td>$ 1.5</td><td></td></tr></table>"
    )


def test_texts_stand_in_their_columns():
    sheet = Sheet()
    _, bottom = draw_table(sheet, ROWS, TableStyle("borderless"), 50, 50, 300)
    runs = {run.text: run for run in sheet.runs}
    assert runs["A"].y == runs["B"].y > runs["Scores"].y
    right = runs["A"].x + runs["A"].length
    assert abs(runs["1.5"].x + runs["1.5"].length - right) < 0.01
    assert runs["$"].x < runs["1.5"].x
    assert all(run.y < bottom for run in sheet.runs)
    assert not sheet.strokes


def test_rules_are_drawn_as_the_kind_says():
    def rules(style: TableStyle) -> tuple[int, int]:
        sheet = Sheet()
        draw_table(sheet, ROWS, style, 50, 50, None)
        across = sum(stroke.y0 == stroke.y1 for stroke in sheet.strokes)
        return across, len(sheet.strokes) - across

    assert rules(TableStyle("ruled")) == (2 * 7, 2 * 7)
    assert rules(TableStyle("half-ruled", head=2)) == (4, 0)
    assert rules(TableStyle("half-ruled", head=2, bars=(1,))) == (4, 1)
    assert rules(TableStyle("borderless", totals=(2,))) == (2, 0)


def test_dots_lead_from_labels_to_numbers():
    sheet = Sheet()
    draw_table(sheet, ROWS, TableStyle("borderless", leaders=True, head=2), 50, 50, 300)
    (label,) = [run for run in sheet.runs if run.text.startswith("Lantern")]
    assert label.text.endswith(" . . .")
