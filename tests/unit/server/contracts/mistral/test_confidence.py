from server.contracts.mistral.confidence import block_scores, page_scores, word_scores
from server.contracts.mistral.page_part import ReadText
from tests.unit.server.contracts.mistral.pages import piece


def words(content: str, *lines: str) -> list[tuple]:
    read = [ReadText(text, 0.1 * number) for number, text in enumerate(lines, 1)]
    return [(word["text"], word["start_index"], word["confidence"]) for word in word_scores(content, read, 100)]


def test_each_word_has_the_score_of_its_line():
    assert words("one two three", "one two", "three") == [("one", 100, 0.1), ("two", 104, 0.1), ("three", 108, 0.2)]


def test_a_repeated_word_is_found_at_its_own_place():
    assert words("a a a", "a a", "a") == [("a", 100, 0.1), ("a", 102, 0.1), ("a", 104, 0.2)]


def test_an_escaped_word_is_given_as_it_stands_there():
    assert words("a\\*b\\*", "a*b*") == [("a\\*b\\*", 100, 0.1)]


def test_a_broken_word_is_given_in_two_parts():
    assert words("example", "exam-", "ple") == [("exam", 100, 0.1), ("ple", 104, 0.2)]


def test_scores_of_a_page_and_of_a_block():
    pieces = [piece("text", "a", score=0.5), piece("image"), piece("text", "b", score=1.0)]
    assert page_scores(pieces) == {"average_page_confidence_score": 0.75, "minimum_page_confidence_score": 0.5}
    assert page_scores([piece("image")]) is None
    assert block_scores(pieces[0])["average_content_confidence_score"] == 0.5
    assert set(block_scores(piece("image")).values()) == {None}
