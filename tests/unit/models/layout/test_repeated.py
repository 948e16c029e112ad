import pytest

from models.layout.analyse import analyse_layout
from models.layout.document import RUNNING
from models.layout.repeated import EdgeLine, repeated_lines, without_repeated
from tests.unit.models.layout.papers import HEIGHT, WIDTH, line, paper

ROWS = [line(f"Item {k}", 60, 130 + 60 * k, 80) for k in range(13)]
"""A page without prose."""


def edge(page: int, text: str, depth: float = 0.04, centre: float = 0.5, index: int = 0, **more: bool) -> EdgeLine:
    return EdgeLine(page, index, text, more.pop("top", True), depth, centre, **more)


def found(*lines: EdgeLine) -> list[tuple[int, str, str]]:
    return [(line.page, line.text, kind) for line, kind in repeated_lines(lines).items()]


def test_what_two_pages_say_at_the_same_place_is_running():
    assert found(edge(0, "Harbour Bank"), edge(1, "Harbour Bank")) == [
        (0, "Harbour Bank", "header"),
        (1, "Harbour Bank", "header"),
    ]
    assert {kind for _, _, kind in found(edge(0, "IBAN 1", top=False), edge(1, "IBAN 2", top=False))} == {"footer"}


@pytest.mark.parametrize(
    "other",
    [
        edge(1, "Harbour Inn"),
        edge(1, "Harbour Bank", depth=0.07),
        edge(1, "Harbour Bank", centre=0.3),
        edge(1, "Harbour Bank", top=False),
        edge(3, "Harbour Bank"),
        edge(0, "Harbour Bank", index=1),
    ],
)
def test_other_words_places_and_far_pages_are_no_repetition(other):
    assert found(edge(0, "Harbour Bank"), other) == []


def test_a_left_page_may_be_the_mirror_of_a_right_one():
    assert len(found(edge(0, "Harbour", centre=0.2), edge(1, "Harbour", centre=0.8))) == 2


def test_numbers_that_count_as_the_pages_do_are_page_numbers():
    assert found(edge(0, "7"), edge(1, "8")) == [(0, "7", "page_number"), (1, "8", "page_number")]
    assert found(edge(0, "7"), edge(2, "9")) == [(0, "7", "page_number"), (2, "9", "page_number")]
    assert found(edge(0, "7"), edge(1, "7")) == []
    assert found(edge(0, "12.50"), edge(1, "13.50")) == []


def test_what_stands_within_a_text_is_no_running_text():
    first = edge(0, "Part of the story", depth=0.02, index=1)
    assert found(first, edge(0, "Harbour"), edge(1, "Harbour")) == [(1, "Harbour", "header")]
    head = edge(0, "12", depth=0.02, index=1, fixed=True)
    assert len(found(head, edge(0, "Harbour"), edge(1, "Harbour"))) == 2


def kinds(name: str, other: str, height: float = 20) -> list[list[str]]:
    heads = [line(text, 325, 40, 150, height) for text in (name, other)]
    pages = [analyse_layout(paper(), [head, *ROWS]) for head in heads]
    assert all(block.kind not in RUNNING for page in pages for block in page.blocks)
    settled = without_repeated(pages, [(WIDTH, HEIGHT)] * 2)
    for before, after in zip(pages, settled, strict=True):
        assert sorted(i for b in before.blocks for i in b.lines) == sorted(i for b in after.blocks for i in b.lines)
    return [[block.kind for block in page.blocks if 0 in block.lines] for page in settled]


def test_repeated_lines_become_blocks_of_their_own():
    assert kinds("Harbour Bank", "Harbour Bank") == [["header"], ["header"]]


def test_a_name_that_only_one_page_has_stays():
    assert ["header"] not in kinds("Harbour Bank", "Other words")


def test_large_letters_stay():
    assert ["header"] not in kinds("Harbour Bank", "Harbour Bank", 32)
