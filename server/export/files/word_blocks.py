"""A page as blocks of placed lines, for formats that give the box of each word: paragraphs, and tables cell by cell."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.document import TextLine
from models.languages.scripts import Script, detect_script
from models.layout.document import Block, BlockKind
from server.export.files.file_page import FilePage
from server.export.files.page_blocks import page_blocks
from server.export.files.page_words import Bounds, PlacedLine, bounds_of, language_of, placed_lines


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together: a paragraph, a title, or the text of a table's cell.

    Attributes:
        lines: in reading order, at least one.
        language: as a tag of BCP 47; None if the script does not tell it.
    """

    lines: tuple[PlacedLine, ...]
    language: str | None

    @property
    def bounds(self) -> Bounds:
        """The smallest box around its lines."""
        return bounds_of(line.bounds for line in self.lines)


@dataclass(frozen=True, slots=True)
class WordBlock:
    """One block of a page.

    Attributes:
        kind: what it is.
        paragraphs: in reading order, at least one. A table has one for each cell with text, other blocks have one.
    """

    kind: BlockKind
    paragraphs: tuple[Paragraph, ...]

    @property
    def bounds(self) -> Bounds:
        """The smallest box around its lines."""
        return bounds_of(paragraph.bounds for paragraph in self.paragraphs)


class ElementNames:
    """Names for the elements of a page, each once in the document: ``line_2_5`` is the fifth line of the second page.

    Args:
        page: its number, from 1.
    """

    def __init__(self, page: int) -> None:
        self._page = page
        self._counts = Counter[str]()

    def next(self, kind: str) -> str:
        """The name of the next element of a kind."""
        self._counts[kind] += 1
        return f"{kind}_{self._page}_{self._counts[kind]}"


def word_blocks(page: FilePage) -> list[WordBlock]:
    """The blocks of a page that hold text, in reading order."""
    script = detect_script("".join(line.text for line in page.lines))
    blocks = (WordBlock(block.kind, tuple(_paragraphs(page, block, script))) for block in page_blocks(page))
    return [block for block in blocks if block.paragraphs]


def _paragraphs(page: FilePage, block: Block, script: Script) -> Iterator[Paragraph]:
    groups = [block.lines] if block.table is None else [cell.lines for cell in block.table.cells]
    for group in groups:
        lines = tuple(placed_lines(_lines(page, group), (page.width, page.height)))
        if lines:
            yield Paragraph(lines, language_of(lines, script))


def _lines(page: FilePage, indices: Iterable[int]) -> Iterator[TextLine]:
    return (page.lines[index] for index in indices)
