from models.layout.document import Block, PageLayout
from server.contracts.paddlex_shapes.document_blocks import IGNORED_LABELS, LABELS, detected_label, labelled_blocks
from tests.unit.server.contracts.paddlex_shapes.small_document import LAYOUT


def labels(layout: PageLayout, page_index: int = 0, *, tables: bool = True) -> list[str]:
    return [each.label for each in labelled_blocks(layout, page_index, tables=tables, ignored=IGNORED_LABELS)]


def test_each_kind_has_its_label_and_ids_are_places_in_the_list():
    assert labels(LAYOUT) == [
        "doc_title", "paragraph_title", "text", "table_title", "table", "image", "figure_title",
    ]  # fmt: skip
    assert (LABELS.index("paragraph_title"), LABELS.index("doc_title"), LABELS.index("reference_content")) == (
        0,
        10,
        19,
    )


def test_only_the_first_page_has_the_title_of_the_document():
    assert labels(LAYOUT, 1)[0] == "paragraph_title"


def test_a_page_with_several_large_titles_has_no_title_of_the_document():
    two = PageLayout((Block("title", (0, 0, 9, 9), (0,), 1), Block("title", (0, 20, 9, 29), (1,), 1)))
    small_first = PageLayout((Block("title", (0, 0, 9, 9), (0,), 2), Block("title", (0, 20, 9, 29), (1,), 1)))
    assert labels(two) == labels(small_first) == ["paragraph_title", "paragraph_title"]


def test_a_table_that_is_not_wanted_is_text():
    assert labels(LAYOUT, tables=False)[4] == "text"


def test_order_counts_text_alone_and_leaves_out_what_is_ignored():
    found = labelled_blocks(LAYOUT, 0, tables=True, ignored=("paragraph_title",))
    assert [each.order for each in found] == [1, None, 2, None, None, None, None]


def test_names_of_other_models_and_of_later_steps_stand_for_a_label_of_the_list():
    assert detected_label("text") == "text"
    assert detected_label("table_title") == "figure_title"
    assert detected_label("header_image") == "image"
    assert detected_label("title") == "paragraph_title"
    assert detected_label("something new") == "text"
