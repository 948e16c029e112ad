"""A page's blocks of words, in reading order."""

from models.layout.document import Cell, Table
from server.export.files.word_blocks import ElementNames, word_blocks
from tests.unit.server.export.files.file_pages import block, file_page, text_line

LINES = tuple(
    text_line(text, 10 + 20 * at, 10 + 50 * at, 300, 40 + 50 * at)
    for at, text in enumerate(("one", "zwei", "三", " ", "かな"))
)


def texts(page) -> list[tuple[str, list[list[str]]]]:
    return [
        (block.kind, [[line.text for line in paragraph.lines] for paragraph in block.paragraphs])
        for block in word_blocks(page)
    ]


def test_blocks_follow_the_layout_and_those_without_words_are_left_out():
    page = file_page(*LINES, blocks=(block("title", 1, level=1), block("text", 3), block("text", 0, 3, 2)))
    assert texts(page) == [("title", [["zwei"]]), ("text", [["one", "三"]])]


def test_without_a_layout_each_line_is_a_block():
    assert texts(file_page(*LINES[:2])) == [("text", [["one"]]), ("text", [["zwei"]])]
    assert texts(file_page()) == []


def test_each_cell_with_words_is_a_paragraph_of_its_table():
    cells = (Cell(0, 0, 1, 2, (0,)), Cell(1, 0, 1, 1, (3,)), Cell(1, 1, 1, 1, (1, 2)))
    page = file_page(*LINES, blocks=(block("table", 0, 3, 1, 2, table=Table(2, 2, cells, ruled=True)),))
    assert texts(page) == [("table", [["one"], ["zwei", "三"]])]
    (table,) = word_blocks(page)
    assert [paragraph.bounds for paragraph in table.paragraphs] == [(10, 10, 300, 40), (30, 60, 300, 140)]
    assert table.bounds == (10, 10, 300, 140)


def test_the_whole_page_says_which_language_chinese_characters_are_of():
    chinese = file_page(*LINES[:3], blocks=(block("text", 0), block("text", 2)))
    japanese = file_page(*LINES[2:], blocks=(block("text", 0), block("text", 2)))
    found = [[block.paragraphs[0].language for block in word_blocks(page)] for page in (chinese, japanese)]
    assert found == [[None, "zh"], ["ja", "ja"]]


def test_names_are_counted_by_page_and_kind():
    names = ElementNames(2)
    assert [names.next(kind) for kind in ("line", "word", "word", "line")] == [
        "line_2_1", "word_2_1", "word_2_2", "line_2_2",
    ]  # fmt: skip
