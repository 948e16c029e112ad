from models.document import TextLine
from models.layout.analyse import analyse_layout
from tests.unit.models.layout.papers import column, line, paper

LEFT = column("left", 50, 330, y=100, count=30)
RIGHT = column("right", 420, 330, y=100, count=30)


def kinds(lines: list[TextLine], image=None) -> list[str]:
    return [block.kind for block in analyse_layout(paper() if image is None else image, lines).blocks]


def test_small_text_behind_a_mark_at_the_foot_of_a_column_is_a_footnote():
    lines = [*LEFT[:26], line("* Corresponding author: a@example.org", 50, 760, 300, 14), *RIGHT]
    layout = analyse_layout(paper(), lines)
    assert [block.kind for block in layout.blocks] == ["text", "footnote", "text"]
    assert layout.blocks[2].continues


def test_small_text_without_a_mark_is_text():
    assert "footnote" not in kinds([*LEFT[:26], line("Corresponding author: a@example.org", 50, 760, 300, 14), *RIGHT])


def test_text_below_a_short_rule_is_a_footnote_without_a_mark():
    lines = [*LEFT[:26], line("Corresponding author: a@example.org", 50, 760, 300, 14), *RIGHT]
    image = paper()
    image[750:752, 50:150] = 0
    assert kinds(lines, image) == ["text", "footnote", "text"]


def test_a_mark_in_the_upper_part_of_a_page_is_text():
    assert kinds([*LEFT[:8], line("* not a note at all, it seems", 50, 320, 300, 14)]) == ["text", "text"]


def test_a_list_in_letters_of_the_text_is_no_footnote():
    assert "footnote" not in kinds([*LEFT[:26], line("1. The first item of a list", 50, 760, 300)])
