from models.document import TextLine
from models.layout.document import Block, Cell, Table
from server.contracts.paddlex_shapes.document_tables import cell_boxes, edges, table_html, table_result
from tests.unit.server.contracts.paddlex_shapes.small_document import BLOCKS, lines
from tests.unit.server.export.results import quad

HTML = "<table><tr><td>Name</td><td>Sum</td></tr><tr><td>A &amp; B</td><td>7</td></tr></table>"


def test_html_is_one_line_with_escaped_text_and_no_attributes_but_spans():
    assert table_html(BLOCKS[4], lines()) == HTML
    wide = Block("table", (0, 0, 9, 9), (0,), table=Table(1, 2, (Cell(0, 0, 1, 2, (0,)),), ruled=True))
    assert table_html(wide, lines()) == '<table><tr><td colspan="2">A Report</td></tr></table>'


def test_an_item_of_the_list_has_the_keys_of_the_contract():
    item = table_result(BLOCKS[4], lines())
    assert list(item) == ["cell_box_list", "pred_html", "table_ocr_pred"]
    assert item["pred_html"] == f"<html><body>{HTML}</body></html>"
    inside = item["table_ocr_pred"]
    assert list(inside) == ["rec_polys", "rec_texts", "rec_scores", "rec_boxes"]
    assert inside["rec_texts"] == ["Name", "Sum", "A & B", "7"]
    assert inside["rec_boxes"][0] == [25, 165, 80, 180]
    assert inside["rec_scores"] == [0.5] * 4


def test_cells_meet_in_the_middle_between_their_texts():
    block = BLOCKS[4]
    assert cell_boxes(block.table, block.box, lines()) == [
        [20.0, 160.0, 155.0, 192.5],
        [155.0, 160.0, 300.0, 192.5],
        [20.0, 192.5, 155.0, 230.0],
        [155.0, 192.5, 300.0, 230.0],
    ]


def test_a_row_without_text_gets_its_share_and_a_cell_over_columns_their_width():
    cells = (
        Cell(0, 0, 1, 2, (0,)),
        Cell(1, 0, 1, 1, ()),
        Cell(1, 1, 1, 1, ()),
        Cell(2, 0, 1, 1, (1,)),
        Cell(2, 1, 1, 1, ()),
    )
    table = Table(3, 2, cells, ruled=True)
    read = (TextLine("a", 1.0, quad(0, 0, 100, 10)), TextLine("b", 1.0, quad(0, 80, 30, 90)))
    boxes = cell_boxes(table, (0, 0, 100, 90), read)
    assert boxes[0] == [0.0, 0.0, 100.0, 10.0]
    assert boxes[1] == [0.0, 10.0, 30.0, 80.0]
    assert boxes[4] == [30.0, 80.0, 100.0, 90.0]


def test_edges_without_text_lie_evenly_and_never_go_back():
    assert edges(4, 0, 8, []) == [0, 2, 4, 6, 8]
    assert edges(2, 0, 10, [(0, 1, 0, 90)]) == [0, 10, 10]
    assert edges(3, 0, 30, [(0, 1, 0, 20), (1, 2, 5, 10), (2, 3, 12, 25)]) == [0, 12.5, 12.5, 30]
