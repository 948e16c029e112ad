from dataclasses import replace

from models.layout.analyse import analyse_layout
from models.layout.document import PageLayout
from server.export.files.file_page import FilePage
from server.export.files.result_file import RESULT_FORMATS
from server.export.files.settled_pages import settled_pages
from server.intake.raw_file import FileKind, RawFile
from tests.unit.models.layout.papers import HEIGHT, WIDTH, line, paper

ROWS = [line(f"Item {k}", 60, 130 + 60 * k, 80) for k in range(13)]


def page(name: str) -> FilePage:
    layout = analyse_layout(paper(), [line(name, 325, 40, 150), *ROWS])
    return FilePage((), WIDTH, HEIGHT, (600.0, 750.0), layout.lines, layout)


def heads(page: FilePage) -> int:
    return sum(block.kind == "header" for block in (page.layout or PageLayout(())).blocks)


def test_what_all_pages_of_a_document_repeat_is_a_head():
    assert [heads(each) for each in settled_pages([page("Harbour Bank"), page("Harbour Bank")])] == [1, 1]
    assert [heads(each) for each in settled_pages([page("Harbour Bank"), page("Other words")])] == [0, 0]


def test_pages_stay_as_they_are_where_one_was_not_analysed():
    pages = [page("Harbour Bank"), replace(page("Harbour Bank"), layout=None)]
    assert settled_pages(pages) is pages


def test_result_files_are_made_of_settled_pages():
    markdown = replace(RESULT_FORMATS["txt"], writer="server.export.files.markdown_file:write_markdown")
    source = RawFile(b"", FileKind.PDF)
    assert markdown.write([page("Harbour Bank")], source).count(b"Harbour") == 1
    assert markdown.write([page("Harbour Bank")] * 2, source).count(b"Harbour") == 0
