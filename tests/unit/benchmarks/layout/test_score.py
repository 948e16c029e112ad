"""The scores count what they say."""

from benchmarks.layout.document import Document
from benchmarks.layout.score import score, shares, summed
from benchmarks.layout.truth import RunningHead, Sentence, TrueTable

TABLE = "<table><tr><td>x</td><td>1</td></tr></table>"
GOOD = f"# Title\n\nThe first sentence. The second one.\n\n## Part\n\nThe third.\n\n{TABLE}\n"


def document() -> Document:
    made = Document("made", "made", 1)
    made.page()
    for text in ("The first sentence.", "The second one.", "The third."):
        made.truth.sentences.append(Sentence(text, text))
    made.truth.in_order("Title", "The first sentence.", "The second one.", "Part", "The third.")
    made.truth.headings += [("Title", 1), ("Part", 2)]
    made.truth.heads += [RunningHead(0, "Title of the book"), RunningHead(0, "17")]
    made.truth.tables.append(TrueTable("ruled", TABLE))
    return made


def figures(markdown: str, tolerance: float = 0.0) -> dict[str, float | None]:
    return shares(score(document(), markdown, tolerance))


def test_a_perfect_reading_has_all():
    assert figures(GOOD) == {
        "sentences": 100.0,
        "heads": 100.0,
        "order": 100.0,
        "headings": 100.0,
        "teds ruled": 1.0,
        "relations ruled": 1.0,
    }


def test_a_torn_sentence_is_not_whole():
    assert figures(GOOD.replace("The second one", "The second\n\none"))["sentences"] == 66.7


def test_a_hyphen_that_stays_in_a_word_tears_its_sentence():
    assert figures(GOOD.replace("sentence", "sen- tence"))["sentences"] == 66.7


def test_a_misread_letter_counts_only_where_no_recogniser_was_at_work():
    misread = GOOD.replace("The first sentence", "The first scntence")
    assert figures(misread)["sentences"] == 66.7
    assert figures(misread, 0.1)["sentences"] == 100.0


def test_running_heads_are_found_in_the_text_and_at_its_ends():
    assert figures(GOOD + "\n\nTitle of the book\n")["heads"] == 50.0
    assert figures(GOOD + "\n\n17\n")["heads"] == 50.0
    assert figures(GOOD.replace("The third.", "The third. 17"))["heads"] == 50.0
    assert figures(GOOD.replace("The third.", "In 1817 the third."))["heads"] == 100.0


def test_the_number_of_a_heading_is_no_page_number():
    made = document()
    made.truth.headings.append(("17 Method", 2))
    assert shares(score(made, GOOD + "\n\n## 17 Method\n"))["heads"] == 100.0
    assert shares(score(made, GOOD + "\n\n## 17 Method 17\n"))["heads"] == 50.0


def test_who_reads_nothing_leaves_nothing_out():
    assert figures("")["heads"] == 0.0


def test_a_head_that_the_text_has_too_may_stand_there_once():
    made = document()
    made.truth.heads[:] = [RunningHead(0, "The third.", allowed=1)]
    assert shares(score(made, GOOD))["heads"] == 100.0
    assert shares(score(made, GOOD + "\n\nThe third.\n"))["heads"] == 0.0


def test_order_and_levels():
    swapped = GOOD.replace("The first sentence. The second one.", "The second one. The first sentence.")
    assert figures(swapped)["order"] == 75.0
    assert figures(GOOD.replace("## Part", "# Part"))["headings"] == 50.0
    assert figures(GOOD.replace("## Part", "Part"))["headings"] == 50.0


def test_each_true_table_takes_one_read_table():
    made = document()
    made.truth.tables.append(TrueTable("ruled", TABLE))
    assert shares(score(made, GOOD))["teds ruled"] == 0.5


def test_sums_count_documents_by_what_is_in_them():
    both = summed([score(document(), GOOD), score(document(), "")])
    assert shares(both)["sentences"] == 50.0
    assert both.sentences == [3, 6]
