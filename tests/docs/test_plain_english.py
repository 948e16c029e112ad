"""Sentences are short enough for a reader whose first language is another."""

import pytest

from tests.docs.markdown import DOCUMENTS, ROOT, Markdown

MOST_WORDS = 25
PLAIN = [name for name in DOCUMENTS if name != "benchmarks/README.md"]


def too_long(document: Markdown) -> list[str]:
    return [sentence for sentence in document.sentences() if len(sentence.split()) > MOST_WORDS]


def comment_of(line: str) -> str:
    """A line's comment; one behind a setting is a paragraph of its own."""
    before, _, comment = line.partition("#")
    return f"\n{comment}\n" if before.strip() else comment.strip()


@pytest.mark.parametrize("name", PLAIN)
def test_sentences_are_short(name: str) -> None:
    assert too_long(Markdown.of(name)) == []


def test_comments_of_the_manual_are_short() -> None:
    manual = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    assert too_long(Markdown("\n".join(map(comment_of, manual.splitlines())))) == []


def test_a_long_sentence_is_found_out() -> None:
    long = "Here is " + "word " * MOST_WORDS + "end."
    assert too_long(Markdown(f"Short. {long} Short.\n\n| {long} | short |\n\n- {long}\n  Short.")) == [long] * 3
    assert too_long(Markdown(f"`{long}`\n\n```\n{long}\n```\n\nShort\n\n" + "- one two three\n" * MOST_WORDS)) == []
