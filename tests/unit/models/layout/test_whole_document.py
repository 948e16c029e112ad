from models.layout.analyse import analyse_layout
from models.layout.whole_document import settle
from tests.unit.models.layout.papers import HEIGHT, WIDTH, column, line, paper

SIZE = (WIDTH, HEIGHT)
BODY = column("body", 60, 600, y=200, count=20)


def levels(*titles: float) -> list[list[int]]:
    """The levels of a title on each page, by its height; before and after the pages are seen together."""
    pages = [analyse_layout(paper(), [line("Harbour lights", 60, 120, 260, size), *BODY]) for size in titles]
    seen = [pages, settle(pages, [SIZE] * len(pages))]
    return [[block.level for page in each for block in page.blocks if block.kind == "title"] for each in seen]


def test_titles_of_one_size_have_one_level_in_the_whole_document():
    assert levels(50, 32, 32) == [[1, 1, 1], [1, 2, 2]]


def test_a_single_page_stays_as_it_is():
    page = analyse_layout(paper(), BODY)
    assert settle([page], [SIZE])[0] is page
