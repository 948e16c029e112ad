import pytest

from models.layout.analyse import analyse_layout
from models.layout.titles import levels_by_number, raised
from tests.unit.models.layout.papers import column, line, paper


@pytest.mark.parametrize(
    ("texts", "by_size", "levels"),
    [
        (["The harbour", "1 Method", "1.1 Tools", "2 Results"], [1, 3, 3, 2], [1, 2, 3, 2]),
        (["1 Method", "1.1 Tools", "2 Results", "2.1.1 Loss"], [1, 1, 2, 2], [1, 2, 1, 3]),
        (["The harbour", "1 Method", "2 Results", "References"], [1, 1, 2, 3], [1, 2, 2, 2]),
        (["The harbour", "References", "Wooden boats"], [1, 3, 2], [1, 3, 2]),
        (["The harbour", "2 Results"], [1, 3], [1, 3]),
        ([], [], []),
    ],
)
def test_numbers_say_the_levels_of_sections(texts, by_size, levels):
    assert levels_by_number(texts, by_size) == levels


def titles(*words: str, y: float = 164) -> list[str]:
    """The titles of a page: a line of this text stands far from the text above it and below."""
    above, below = column("one", 60, 600, y=40, count=4), column("two", 60, 600, y=y + 44, count=8)
    lines = [*above, *(line(text, 60, y, 11 * len(text)) for text in words), *below]
    blocks = analyse_layout(paper(), lines).blocks
    return [" ".join(lines[index].text for index in block.lines) for block in blocks if block.kind == "title"]


def test_a_known_name_is_a_title_in_letters_of_the_text():
    assert titles("References") == ["References"]
    assert titles("Lanterns", y=164) == []
    assert titles("References are below") == []


def test_a_numbered_title_close_to_the_text_is_no_part_of_it():
    above = column("one", 60, 600, y=40, count=4)
    above[-1] = line("so it was for them in the end.", 60, 40 + 72, 600)
    below = column("two", 60, 600, y=40 + 5 * 24, count=8)

    def found(text: str) -> bool:
        blocks = analyse_layout(paper(), [*above, line(text, 60, 40 + 96, 11 * len(text)), *below]).blocks
        return any(block.lines == (4,) and block.kind == "title" for block in blocks)

    assert found("2.1 Method")
    assert not found("2.1 method")
    above[-1] = line("so it was for them in the table", 60, 40 + 72, 600)
    assert not found("2.1 Method")


@pytest.mark.parametrize(
    ("text", "end", "y", "found"),
    [
        ("Wooden boats", "was so.", 168, True),
        ("Wooden boats", "was so", 168, False),
        ("Wooden boats", "was so.", 152, False),
        ("wooden boats", "was so.", 168, False),
        ("Wooden boats,", "was so.", 168, False),
        ("Wooden boats of the harbour that were sold to strangers", "was so.", 168, False),
    ],
)
def test_a_title_in_letters_of_the_text_has_more_white_above_than_below(text, end, y, found):
    above, below = column("One", 60, 600, y=40, count=4), column("Two", 60, 600, y=204, count=6)
    above[-1] = line(end, 60, 112, 80)
    blocks = analyse_layout(paper(), [*above, line(text, 60, y, 11 * len(text)), *below]).blocks
    assert any(block.lines == (4,) and block.kind == "title" for block in blocks) is found


@pytest.mark.parametrize(
    ("sizes", "found"),
    [
        ([40, 24, 20], [40, 24, 24]),
        ([40, 26, 20], [40, 26, 20]),
        ([40, 24, 22], [40, 24, 22]),
        ([20], [20]),
    ],
)
def test_a_title_in_letters_of_the_text_is_as_large_as_the_next_larger_one(sizes, found):
    assert raised(sizes, 20) == found
