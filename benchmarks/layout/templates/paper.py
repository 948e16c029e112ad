"""Papers: title, authors, abstract, two columns, a figure and a table over both, footnotes, references."""

import numpy as np

from benchmarks.layout.document import Document, manner_of
from benchmarks.layout.sheet import Run, Sheet
from benchmarks.layout.table import TableStyle, draw_table
from benchmarks.layout.templates import tables
from benchmarks.layout.truth import RunningHead
from benchmarks.layout.typeset import Flow, Frame, Style
from benchmarks.layout.words import Writer

_LEFT, _RIGHT, _BOTTOM = 54.0, 541.0, 760.0
_BODY = Style("serif", 9.5, indent=9.0, after=0.0, hyphens=True)
_SMALL = Style("serif", 7.5, after=1.0)


def paper(number: int) -> Document:
    """A paper of three pages."""
    document = Document(f"paper-{number}", "paper", 2000 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    gutter = (8.0, 12.0, 15.0)[number % 3]
    short = writer.title(3)
    sheet = document.page()
    y = _front(document, writer, sheet, in_column=number % 2 == 0)
    width = (_RIGHT - _LEFT - gutter) / 2
    state = {"page": 0}

    def more() -> list[Frame]:
        state["page"] += 1
        new = document.page()
        _running(document, new, short, state["page"])
        top = 70.0
        if state["page"] == 1:
            top = _spanning_figure(document, writer, new, top)
        if state["page"] == 2:
            top = _spanning_table(document, writer, new, top)
        return _frames(new, top, width, gutter, _footnote(document, writer, new, width))

    flow = Flow(document.truth, _frames(sheet, y, width, gutter, _footnote(document, writer, sheet, width)), more)
    if number % 2 == 0:
        flow.heading("Abstract", 2, Style("serif bold", 9.5, align="centre", after=2))
        flow.paragraph(writer.sentences(4, 6), Style("serif italic", 9, after=6, hyphens=True))
    _sections(flow, writer, state)
    _references(flow, writer)
    _stamp(document, number)
    document.truth.heads.append(RunningHead(0, "1"))
    sheet.write("1", 297, 800, "serif", 9, "centre")
    return document


def _sections(flow: Flow, writer: Writer, state: dict[str, int]) -> None:
    """Sections, until the third page's first column is filled."""
    section = 0
    while state["page"] < 2 or flow.frame.x0 < 200:
        section += 1
        flow.skip(8)
        flow.heading(f"{section} {writer.topic()}", 2, Style("serif bold", 11.5, after=3))
        for part in range(int(writer.rng.integers(1, 3))):
            if part:
                flow.skip(4)
                flow.heading(f"{section}.{part} {writer.topic()}", 3, Style("serif bold", 10, after=2))
            for _ in range(int(writer.rng.integers(2, 4))):
                flow.paragraph(writer.sentences(3, 6), _BODY)


def _references(flow: Flow, writer: Writer) -> None:
    flow.skip(8)
    flow.heading("References", 2, Style("serif bold", 11.5, after=3))
    for reference in range(1, 9):
        if flow.full:
            break
        flow.paragraph(
            [f"[{reference}] {writer.person()} and {writer.person()}: {writer.sentence(1)}"],
            Style("serif", 8, indent=-14.0, after=1.5),
        )


def _front(document: Document, writer: Writer, sheet: Sheet, *, in_column: bool) -> float:
    front = Flow(document.truth, [Frame(sheet, _LEFT + 20, 64, _RIGHT - 20, 330)])
    front.heading(writer.title(7), 1, Style("serif bold", 17, align="centre", after=10))
    authors = ", ".join(writer.person() for _ in range(3))
    sheet.write(authors, 297, front.y + 12, "serif", 11, "centre")
    front.follow(authors)
    sheet.write(
        f"University of {writer.one_of(['Aarhus', 'Bergen', 'Coimbra', 'Delft'])}",
        297,
        front.y + 26,
        "serif italic",
        9.5,
        "centre",
    )
    front.skip(40)
    if not in_column:
        front.paragraph(["Abstract. " + writer.sentence(), *writer.sentences(3, 5)], Style("serif", 9, after=8))
    return front.y + 12


def _frames(sheet: Sheet, top: float, width: float, gutter: float, note: float) -> list[Frame]:
    second = _LEFT + width + gutter
    return [Frame(sheet, _LEFT, top, _LEFT + width, note), Frame(sheet, second, top, second + width, _BOTTOM)]


def _footnote(document: Document, writer: Writer, sheet: Sheet, width: float) -> float:
    """A footnote at the foot of the first column; its upper edge."""
    top = _BOTTOM - 30
    sheet.rule(_LEFT, top, _LEFT + 60, 0.4)
    place = Frame(sheet, _LEFT, top + 3, _LEFT + width, _BOTTOM + 20)
    Flow(document.truth, [place]).paragraph([writer.sentence(2)], _SMALL)
    return top - 6


def _running(document: Document, sheet: Sheet, short: str, page: int) -> None:
    text, at, align = (short, _LEFT, "left") if page % 2 else ("Journal of Applied Lanterns 12 (2019)", _RIGHT, "right")
    document.head(sheet, text, at, 48, align=align, font="serif italic", size=8.5)
    if page % 2:
        sheet.rule(_LEFT, 53, _RIGHT, 0.4)
    document.head(sheet, str(page + 1), 297, 800, align="centre", font="serif", size=9)


def _spanning_figure(document: Document, writer: Writer, sheet: Sheet, top: float) -> float:
    sheet.chart((_LEFT + 60, top, _RIGHT - 60, top + 130), [float(h) for h in writer.rng.uniform(0.2, 1.0, 9)])
    caption = Flow(document.truth, [Frame(sheet, _LEFT, top + 140, _RIGHT, top + 200)])
    caption.paragraph([f"Figure 1: {writer.sentence(2)}"], Style("serif", 8.5, after=14, align="left"))
    return caption.y


def _spanning_table(document: Document, writer: Writer, sheet: Sheet, top: float) -> float:
    caption = Flow(document.truth, [Frame(sheet, _LEFT, top, _RIGHT, top + 60)])
    caption.paragraph([f"Table 1: {writer.sentence(1)}"], Style("serif", 8.5, after=5, align="left"))
    rows = tables.results(writer, 6, 3)
    style = TableStyle("half-ruled", "serif", "serif bold", 8.5, pad=1.5, head=2)
    true, y = draw_table(sheet, rows, style, _LEFT, caption.y, _RIGHT - _LEFT)
    document.truth.tables.append(true)
    first = rows[2][0]
    caption.follow(first.text if first else "")
    return y + 16


def _stamp(document: Document, number: int) -> None:
    """What a library prints into the margin of every page that is downloaded from it."""
    if number % 2:
        return
    text = f"Downloaded from library.example on {number + 3} May 2021"
    for page, sheet in enumerate(document.pages):
        sheet.runs.append(Run(text, 583, 560, "sans", 7, way="up"))
        document.truth.heads.append(RunningHead(page, text))
