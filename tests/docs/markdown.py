"""A Markdown document holds prose, code spans, code blocks, links and anchors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]

DOCUMENTS = tuple(
    path.relative_to(ROOT).as_posix()
    for pattern in (
        "README.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "deploy/README.md",
        "benchmarks/README.md",
        "docs/*.md",
    )
    for path in sorted(ROOT.glob(pattern))
)
"""Every document for people but the CHANGELOG, which also names what is gone."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[A-Z`*\[(\"'0-9])")


@dataclass(frozen=True)
class CodeBlock:
    """A fenced block: its language, empty where none is named, and its text."""

    language: str
    text: str


class Markdown:
    """One document.

    Args:
        text: the whole document.
        folder: what its links and paths start from.
    """

    def __init__(self, text: str, folder: Path = ROOT) -> None:
        self.text = text
        self.folder = folder

    @classmethod
    def of(cls, name: str) -> "Markdown":
        path = ROOT / name
        return cls(path.read_text(encoding="utf-8"), path.parent)

    @cached_property
    def blocks(self) -> tuple[CodeBlock, ...]:
        return tuple(CodeBlock(language, text) for language, text in _FENCE.findall(self.text))

    @cached_property
    def outside_blocks(self) -> str:
        return _FENCE.sub("", self.text)

    @cached_property
    def spans(self) -> tuple[str, ...]:
        """Code spans; one that is broken over two lines has a blank there."""
        return tuple(" ".join(span.split()) for span in _SPAN.findall(self.outside_blocks))

    @cached_property
    def links(self) -> tuple[str, ...]:
        return tuple(target for _, target in _LINK.findall(_SPAN.sub("", self.outside_blocks)))

    @cached_property
    def anchors(self) -> frozenset[str]:
        return frozenset(anchor_of(heading) for heading in _HEADING.findall(self.outside_blocks))

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """The lines of code blocks and the code spans, comments left out and continued lines joined."""
        lines = [
            line.partition("  #")[0].strip()
            for block in self.blocks
            if block.language in ("", "bash", "sh")
            for line in block.text.replace("\\\n", " ").splitlines()
        ]
        return (*lines, *self.spans)

    def sentences(self) -> Iterator[str]:
        """The prose: list items, table cells and headings stand alone, a code span or a link counts as one word."""
        text = _SPAN.sub("Code", _COMMENT.sub("", self.outside_blocks))
        text = _LINK.sub(lambda link: link.group(1) or "picture", text)
        for paragraph in _paragraphs(text):
            yield from _SENTENCE_END.split(paragraph)


def _paragraphs(text: str) -> Iterator[str]:
    gathered: list[str] = []
    for line in [*text.splitlines(), ""]:
        starts_anew = not line.strip() or line.startswith(("#", "|")) or _ITEM.match(line)
        if starts_anew and gathered:
            yield " ".join(gathered)
            gathered = []
        if line.startswith("|"):
            yield from (cell.strip() for cell in line.strip("|").split("|"))
        elif line.strip():
            gathered.append(_ITEM.sub("", line).strip())


def anchor_of(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    words = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return words.replace(" ", "-")
