"""From parts in reading order to blocks: paragraphs, titles with their levels, captions, boxes in page pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.layout.aligned import AlignedTable
from models.layout.captions import Candidate, named_thing
from models.layout.document import Block, BlockKind, Table
from models.layout.frame import Frame
from models.layout.model_regions import Given, divided
from models.layout.objects import Thing, aligned_table, table_lines
from models.layout.paragraphs import Paragraph, find_paragraphs
from models.layout.reading import Column, Part
from models.layout.titles import body_size, is_title, paragraph_size, title_levels

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
"""A layout model's labels that say what a paragraph is. ``figure_table_chart_title`` does not say whose."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A block before it is finished: a paragraph with its column, or a thing."""

    box: Rectangle
    lines: tuple[int, ...]
    paragraph: Paragraph = ()
    column: tuple[float, float] = (0.0, 0.0)
    table: Table | None = None


class Assembly:
    """Makes a page's blocks.

    Args:
        frame: the page's frame.
        things: its finished objects, as pieces number them.
        given: what a layout model saw on it; None where none looked.
    """

    def __init__(self, frame: Frame, things: Sequence[Thing], given: Given | None = None) -> None:
        self._frame = frame
        self._things = things
        self._given = given
        self._body = body_size(frame.spans)

    def blocks(self, parts: Sequence[Part]) -> tuple[Block, ...]:
        """Finish the parts, in their order."""
        drafts = [draft for part in parts for draft in self._drafts(part)]
        kinds = self._kinds(drafts)
        titles = [number for number, kind in enumerate(kinds) if kind == "title"]
        levels = dict(
            zip(titles, title_levels([paragraph_size(drafts[number].paragraph) for number in titles]), strict=True)
        )
        return tuple(
            Block(kind, self._frame.page_box(*draft.box), draft.lines, levels.get(number, 0), draft.table)
            for number, (draft, kind) in enumerate(zip(drafts, kinds, strict=True))
        )

    def _drafts(self, part: Part) -> list[_Draft]:
        if isinstance(part, AlignedTable):
            table = aligned_table(part)
            spans = tuple(piece.span for piece in part.pieces if piece.span is not None)
            return [_Draft(_around(spans), table_lines(table), table=table)]
        if isinstance(part, Column):
            return [
                _Draft(_around(paragraph), tuple(span.index for span in paragraph), paragraph, (part.x0, part.x1))
                for paragraph in self._paragraphs(part)
            ]
        thing = self._things[part.thing]
        return [_Draft(thing.box, thing.lines, table=thing.table)]

    def _paragraphs(self, column: Column) -> Sequence[Paragraph]:
        paragraphs = find_paragraphs(column, self._frame.line_height)
        return paragraphs if self._given is None else divided(paragraphs, self._given)

    def _said(self, paragraph: Paragraph) -> BlockKind | None:
        """What a layout model says of a paragraph; None where that is for the geometry to say."""
        region = self._given.text_region(paragraph[0]) if self._given else None
        return _KINDS.get(region.label, "text" if region.kind == "text" else None) if region else None

    def _kinds(self, drafts: Sequence[_Draft]) -> list[BlockKind]:
        things = [draft for draft in drafts if not draft.paragraph]
        boxes, tables = [thing.box for thing in things], [thing.table is not None for thing in things]
        kinds: list[BlockKind] = []
        for draft in drafts:
            if not draft.paragraph:
                kinds.append("table" if draft.table else "image")
                continue
            if said := self._said(draft.paragraph):
                kinds.append(said)
                continue
            named = named_thing(_candidate(draft), boxes, self._body, tables=tables)
            if named is not None:
                kinds.append("table_caption" if tables[named] else "image_caption")
            elif is_title(draft.paragraph, self._body, draft.column, alone=len(drafts) == 1):
                kinds.append("title")
            else:
                kinds.append("text")
        return kinds


def _candidate(draft: _Draft) -> Candidate:
    return Candidate(draft.box, paragraph_size(draft.paragraph), len(draft.paragraph), draft.paragraph[0].text)


def _around(paragraph: Paragraph) -> Rectangle:
    return (
        min(span.x0 for span in paragraph),
        min(span.y0 for span in paragraph),
        max(span.x1 for span in paragraph),
        max(span.y1 for span in paragraph),
    )
