"""Makes blocks from parts in reading order: paragraphs, titles with their levels, captions, boxes in page pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.layout.aligned import AlignedTable
from models.layout.captions import Candidate, captioned_object
from models.layout.document import Block, BlockKind, Table
from models.layout.flow import FlowText, which_continue
from models.layout.footnotes import count_footnotes
from models.layout.frame import Frame
from models.layout.model_regions import FramedRegions, split_by_region
from models.layout.objects import PageObject, aligned_table, table_lines
from models.layout.paragraphs import Paragraph, find_paragraphs
from models.layout.reading import Column, Part
from models.layout.rules import Rule
from models.layout.running import RunningText, page_rows
from models.layout.running_patterns import is_stamp
from models.layout.titles import (
    body_size,
    is_title,
    levels_by_number,
    paragraph_size,
    raised,
    stands_apart,
    title_levels,
)
from models.layout.upright import UprightText

Rectangle = tuple[float, float, float, float]

_KINDS: dict[str, BlockKind] = {
    "doc_title": "title",
    "paragraph_title": "title",
    "title": "title",
    "figure_title": "image_caption",
    "figure_caption": "image_caption",
    "chart_title": "image_caption",
    "table_title": "table_caption",
    "table_caption": "table_caption",
}
"""A layout model's labels that decide what a paragraph is. ``figure_table_chart_title`` is not one of them: it does not
say whether the caption belongs to a figure or to a table."""


_SEVERAL = 3
"""A paragraph of fewer lines may be a label or an address, and what follows it another one."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A block before it is finished: a paragraph with its column, an object, or vertical text."""

    box: Rectangle
    lines: tuple[int, ...]
    paragraph: Paragraph = ()
    column: tuple[float, float] = (0.0, 0.0)
    table: Table | None = None
    upright: bool = False
    kind: BlockKind | None = None


class Assembly:
    """Makes a page's blocks.

    Args:
        frame: the page's frame.
        objects: the page's tables and figures, in the order of `Piece.object_index`.
        framed: the regions that a layout model found; None if no model looked at the page.
        rules: the page's horizontal rules.
    """

    def __init__(
        self,
        frame: Frame,
        objects: Sequence[PageObject],
        framed: FramedRegions | None = None,
        rules: Sequence[Rule] = (),
    ) -> None:
        self._frame = frame
        self._rules = rules
        self._objects = objects
        self._framed = framed
        self._body = body_size(frame.spans)
        self._spans = {span.index: span for span in frame.spans}

    def blocks(self, parts: Sequence[Part | UprightText | RunningText]) -> tuple[Block, ...]:
        """The blocks of all parts, in the order of the parts."""
        drafts = [draft for part in parts for draft in self._drafts(part)]
        kinds = self._with_titles_of_text(drafts, self._kinds(drafts))
        titles = [number for number, kind in enumerate(kinds) if kind == "title"]
        sizes = [paragraph_size(drafts[number].paragraph) for number in titles]
        by_size = title_levels(raised(sizes, self._body))
        texts = [" ".join(span.text for span in drafts[number].paragraph) for number in titles]
        levels = dict(zip(titles, levels_by_number(texts, by_size), strict=True))
        continues = which_continue([_flow_text(draft, kind) for draft, kind in zip(drafts, kinds, strict=True)])
        return tuple(
            Block(kind, self._frame.page_box(*draft.box), draft.lines, levels.get(number, 0), draft.table, goes_on)
            for number, (draft, kind, goes_on) in enumerate(zip(drafts, kinds, continues, strict=True))
        )

    def _drafts(self, part: Part | UprightText | RunningText) -> list[_Draft]:
        if isinstance(part, AlignedTable):
            table = aligned_table(part)
            spans = tuple(piece.span for piece in part.pieces if piece.span is not None)
            return [_Draft(_around(spans), table_lines(table), table=table)]
        if isinstance(part, RunningText):
            return [_Draft(_around(part.spans), tuple(span.index for span in part.spans), part.spans, kind=part.kind)]
        if isinstance(part, UprightText):
            return self._upright_drafts(part)
        if isinstance(part, Column):
            return self._column_drafts(part)
        found = self._objects[part.object_index]
        return [_Draft(found.box, found.lines, table=found.table)]

    def _column_drafts(self, column: Column) -> list[_Draft]:
        paragraphs, edges = self._paragraphs(column), (column.x0, column.x1)
        notes = count_footnotes(paragraphs, edges, self._body, self._frame.size[1], self._rules)
        text = len(paragraphs) - notes
        return [
            _Draft(
                _around(paragraph),
                tuple(span.index for span in paragraph),
                paragraph,
                edges,
                kind="footnote" if number >= text else None,
            )
            for number, paragraph in enumerate(paragraphs)
        ]

    def _upright_drafts(self, text: UprightText) -> list[_Draft]:
        """Vertical text as paragraphs. They are made of turned lines, and boxes need the lines in their places."""
        paragraphs = find_paragraphs(text.column, self._frame.line_height)
        placed = [tuple(self._spans[span.index] for span in paragraph) for paragraph in paragraphs]
        return [
            _Draft(_around(paragraph), tuple(span.index for span in paragraph), paragraph, upright=True)
            for paragraph in placed
        ]

    def _paragraphs(self, column: Column) -> Sequence[Paragraph]:
        paragraphs = find_paragraphs(column, self._frame.line_height)
        return paragraphs if self._framed is None else split_by_region(paragraphs, self._framed)

    def _kind_by_region(self, paragraph: Paragraph) -> BlockKind | None:
        """The kind of a paragraph by a layout model's region; None if the geometry has to decide."""
        region = self._framed.text_region(paragraph[0]) if self._framed else None
        return _KINDS.get(region.label, "text" if region.kind == "text" else None) if region else None

    def _with_titles_of_text(self, drafts: Sequence[_Draft], kinds: Sequence[BlockKind]) -> list[BlockKind]:
        """The kinds with titles in letters of the text, which only the paragraphs around them tell."""
        found = list(kinds)
        if self._framed is not None:
            return found
        for number, (above, draft, below) in enumerate(zip(drafts, drafts[1:], drafts[2:], strict=False), start=1):
            one_column = above.column == draft.column == below.column and not draft.upright
            if not one_column or any(kind != "text" for kind in kinds[number - 1 : number + 2]):
                continue
            if stands_apart(above.paragraph, draft.paragraph, below.paragraph, self._body, draft.column):
                found[number] = "title"
        return found

    def _kinds(self, drafts: Sequence[_Draft]) -> list[BlockKind]:
        objects = [draft for draft in drafts if not draft.paragraph]
        boxes, tables = [draft.box for draft in objects], [draft.table is not None for draft in objects]
        kinds: list[BlockKind] = []
        for draft in drafts:
            if draft.kind is not None:
                kinds.append(draft.kind)
                continue
            if not draft.paragraph:
                kinds.append("table" if draft.table else "image")
                continue
            if kind := self._kind_by_region(draft.paragraph):
                kinds.append(kind)
                continue
            if draft.upright:
                # What a library prints along the margin of a page is no part of its text.
                kinds.append("stamp" if any(is_stamp(span.text) for span in draft.paragraph) else "text")
                continue
            named = captioned_object(_candidate(draft), boxes, self._body, tables=tables)
            if named is not None:
                kinds.append("table_caption" if tables[named] else "image_caption")
            elif is_title(draft.paragraph, self._body, draft.column, alone=len(drafts) == 1):
                kinds.append("title")
            else:
                kinds.append("text")
        return kinds


def _flow_text(draft: _Draft, kind: BlockKind) -> FlowText:
    if not draft.paragraph:
        return FlowText(kind, "", 1.0, draft.column, full=False, indented=False)
    first, last, size = draft.paragraph[0], draft.paragraph[-1], paragraph_size(draft.paragraph)
    text = " ".join(span.text for span in draft.paragraph)
    rows = page_rows(draft.paragraph)
    full = len(rows) >= _SEVERAL and last.x1 >= draft.column[1] - size
    return FlowText(
        kind,
        text,
        size,
        draft.column,
        full,
        indented=first.x0 > draft.column[0] + 0.6 * size,
        first_alone=len(rows[0]) == 1,
        last_alone=len(rows[-1]) == 1,
        prose=len(rows) > 1,
    )


def _candidate(draft: _Draft) -> Candidate:
    return Candidate(draft.box, paragraph_size(draft.paragraph), len(draft.paragraph), draft.paragraph[0].text)


def _around(paragraph: Paragraph) -> Rectangle:
    return (
        min(span.x0 for span in paragraph),
        min(span.y0 for span in paragraph),
        max(span.x1 for span in paragraph),
        max(span.y1 for span in paragraph),
    )
