"""Sentences are plain and short enough for a reader whose first language is another."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.docs.markdown import DOCUMENTS, ROOT, Markdown

MOST_WORDS = 25
NO_SENTENCE = re.compile(r"(?:What|Where|Who|How|Whose|Which|Why)\b")
"""First words of docstrings that leave the reader to guess the verb."""
PLAIN = [name for name in DOCUMENTS if name != "benchmarks/README.md"]


def too_long(document: Markdown) -> list[str]:
    return [sentence for sentence in document.sentences() if len(sentence.split()) > MOST_WORDS]


def comment_of(line: str) -> str:
    """A line's comment; one behind a setting is a paragraph of its own."""
    before, _, comment = line.partition("#")
    return f"\n{comment}\n" if before.strip() else comment.strip()


def docstrings(source: str) -> Iterator[str]:
    """Yield every string that stands alone, also below a constant or an attribute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value.strip()


def no_sentences(source: str) -> list[str]:
    """Return the first lines of docstrings that begin like a question."""
    return [text.splitlines()[0] for text in docstrings(source) if NO_SENTENCE.match(text)]


@pytest.mark.parametrize("name", PLAIN)
def test_sentences_are_short(name: str) -> None:
    assert too_long(Markdown.of(name)) == []


def test_comments_of_the_manual_are_short() -> None:
    manual = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
    assert too_long(Markdown("\n".join(map(comment_of, manual.splitlines())))) == []


@pytest.mark.parametrize("package", ["server", "models"])
def test_docstrings_begin_like_sentences(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    found = {file.relative_to(ROOT).as_posix(): no_sentences(file.read_text(encoding="utf-8")) for file in files}
    assert {name: lines for name, lines in found.items() if lines} == {}, "write a subject and a verb"


def test_a_docstring_that_is_no_sentence_is_found_out() -> None:
    source = '"""What it is."""\nA = 1\n"""How\nlong."""\ndef f():\n    """\n    Where it lies.\n    """\n'
    assert no_sentences(source) == ["What it is.", "How", "Where it lies."]
    assert no_sentences('"""Whether it is."""\nA = "What"\nprint("How")\n"""Whatever. What?"""\n') == []


def test_a_long_sentence_is_found_out() -> None:
    long = "Here is " + "word " * MOST_WORDS + "end."
    assert too_long(Markdown(f"Short. {long} Short.\n\n| {long} | short |\n\n- {long}\n  Short.")) == [long] * 3
    assert too_long(Markdown(f"`{long}`\n\n```\n{long}\n```\n\nShort\n\n" + "- one two three\n" * MOST_WORDS)) == []
