"""Two texts beside each other, with what differs marked."""

from collections import Counter
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from benchmarks.compare.metrics.normalise import STANDARD, tokens
from benchmarks.compare.report.markup import Markup, join, tag

MOST_WORDS = 1500


def marked(true: str, read: str, *, ordered: bool) -> tuple[Markup, Markup]:
    """The true and the read text as HTML: words that differ after the standard normalisation are marked.

    Args:
        true: what is on the page, or the left one of two answers.
        read: what was read, or the right one.
        ordered: texts are aligned; else words are marked that the other side does not have as often.
    """
    one, other = _words(true), _words(read)
    if ordered:
        left, right = _aligned(one, other)
    else:
        left, right = _counted(one, other), _counted(other, one)
    return _told(one, left, "missed"), _told(other, right, "wrong")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it stands, as it is compared, and what stands between it and the next one."""

    text: str
    normal: str
    after: str


def _words(text: str) -> list[_Word]:
    found: list[_Word] = []
    for line in text.splitlines():
        end = 0
        for word in tokens(line):
            start = line.index(word, end)
            if found and start > end:
                found[-1] = replace(found[-1], after=found[-1].after or " ")
            end = start + len(word)
            found.append(_Word(word, "".join(STANDARD.words(word)), ""))
        if found:
            found[-1] = replace(found[-1], after="\n")
    return found[:MOST_WORDS]


def _aligned(one: list[_Word], other: list[_Word]) -> tuple[set[int], set[int]]:
    left: set[int] = set()
    right: set[int] = set()
    mine, theirs = _with_content(one), _with_content(other)
    steps = Levenshtein.opcodes([one[at].normal for at in mine], [other[at].normal for at in theirs])
    for step in steps:
        if step.tag != "equal":
            left.update(mine[step.src_start : step.src_end])
            right.update(theirs[step.dest_start : step.dest_end])
    return left, right


def _with_content(words: list[_Word]) -> list[int]:
    return [place for place, word in enumerate(words) if word.normal]


def _counted(words: list[_Word], others: list[_Word]) -> set[int]:
    left = Counter(word.normal for word in others)
    found = set()
    for place, word in enumerate(words):
        if word.normal and left[word.normal] <= 0:
            found.add(place)
        left[word.normal] -= 1
    return found


def _told(words: list[_Word], different: set[int], kind: str) -> Markup:
    pieces = [
        join(tag("mark", word.text, class_=kind) if place in different else word.text, word.after)
        for place, word in enumerate(words)
    ]
    return join(*pieces, "…" if len(words) == MOST_WORDS else None)
