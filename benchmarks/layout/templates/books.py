"""Books with running heads and page numbers, newspapers with sidebars, slides, forms."""

import numpy as np

from benchmarks.layout.document import Document, manner_of
from benchmarks.layout.sheet import Sheet
from benchmarks.layout.truth import RunningHead
from benchmarks.layout.typeset import Flow, Frame, Style
from benchmarks.layout.words import Writer


def book(number: int) -> Document:
    """Four pages of a book: the title left, the chapter right, numbers at the foot or in the head."""
    document = Document(f"book-{number}", "book", 6000 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    title, first = writer.title(3), int(writer.rng.integers(20, 300))
    chapter = {"name": writer.title(4)}
    in_head = number % 2 == 0

    def page() -> list[Frame]:
        at = len(document.pages)
        sheet = document.page(420, 595)
        folio = str(first + at)
        if at:
            left = at % 2 == 1
            document.truth.heads.append(RunningHead(at, title if left else chapter["name"], 0 if left else 1))
            text = title if left else chapter["name"]
            sheet.write(text.upper() if number % 3 == 2 else text, 210, 40, "serif italic", 8.5, "centre")
            if number % 3 == 2:
                document.truth.heads[-1] = RunningHead(at, text.upper())
        if in_head and at:
            document.head(
                sheet,
                folio,
                370 if at % 2 == 0 else 50,
                40,
                align="right" if at % 2 == 0 else "left",
                font="serif",
                size=8.5,
            )
        else:
            document.head(
                sheet, folio if number % 3 else f"– {folio} –", 210, 570, align="centre", font="serif", size=8.5
            )
        return [Frame(sheet, 50, 60, 370, 545)]

    flow = Flow(document.truth, page(), page)
    flow.skip(50)
    flow.heading(chapter["name"], 1, Style("serif bold", 16, align="centre", after=24))
    body = Style("serif", 10.5, 1.25, 14.0, 0.0, hyphens=True)
    while len(document.pages) < 4 or not flow.full:
        if writer.rng.random() < 0.15:
            flow.skip(10)
            flow.heading(writer.title(3), 2, Style("serif bold", 11.5, after=6))
        flow.paragraph(writer.sentences(2, 6), body)
        if len(document.pages) == 4 and flow.y > 400:
            break
    return document


def newspaper(number: int) -> Document:
    """A masthead, a headline over all columns, articles in four columns, a sidebar in a box."""
    count = 4 - number % 2
    document = Document(f"newspaper-{number} {count} columns", "newspaper", 6500 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page(612, 864)
    sheet.write("The Harbour Gazette", 306, 70, "serif bold", 34, "centre")
    sheet.rule(40, 84, 572, 1.0)
    document.head(sheet, "Monday, 4 May 2020", 40, 96, font="sans", size=7.5)
    document.head(sheet, "No. 17,204", 572, 96, align="right", font="sans", size=7.5)
    sheet.rule(40, 102, 572, 0.5)
    gutter = (10.0, 14.0)[number // 2 % 2]
    width = (532 - gutter * (count - 1)) / count
    lefts = [40 + at * (width + gutter) for at in range(count)]
    sidebar = lefts[-1]
    top = Flow(document.truth, [Frame(sheet, 40, 112, sidebar - gutter, 300)])
    top.heading(writer.title(5), 1, Style("serif bold", 22, 1.1, after=8, align="left"))
    middle = 460.0
    body = Style("serif", 8.5, 1.15, 8.0, 0.0, hyphens=True)
    story = Flow(document.truth, [Frame(sheet, x, top.y + 4, x + width, middle) for x in lefts[:-1]])
    while not story.full:
        story.paragraph(writer.sentences(1, 4), body)
    _sidebar(document, writer, sheet, (sidebar - 2, 112, 572, middle + 60))
    sheet.rule(40, middle + 12, sidebar - gutter, 0.5)
    second = Flow(document.truth, [Frame(sheet, 40, middle + 20, sidebar - gutter, 600)])
    second.heading(writer.title(4), 2, Style("serif bold", 16, 1.1, after=6, align="left"))
    places = [Frame(sheet, x, second.y + 4, x + width, 820) for x in lefts[:-1]]
    places.append(Frame(sheet, sidebar, middle + 74, sidebar + width, 820))
    news = Flow(document.truth, places)
    while not news.full:
        news.paragraph(writer.sentences(1, 4), body)
    return document


def slides(number: int) -> Document:
    """Three slides: a title, items in two levels, in one or two columns, a foot with a number."""
    document = Document(f"slides-{number}", "slides", 7000 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    for page in range(3):
        sheet = document.page(720, 405)
        flow = Flow(document.truth, [Frame(sheet, 45, 30, 675, 380)])
        flow.heading(writer.title(4), 1, Style("sans bold", 26, after=16, align="left"))
        two = (page + number) % 2 == 1
        edges = [(45, 345), (375, 675)] if two else [(45, 675)]
        items = Flow(document.truth, [Frame(sheet, x0, flow.y, x1, 365) for x0, x1 in edges])
        while not items.full and items.y < 330:
            items.paragraph([writer.sentence(1)], Style("sans", 15, 1.2, -18.0, 6.0, "left", marker="•"))
            if not two and writer.rng.random() < 0.4 and items.y < 310:
                items.paragraph([writer.sentence(1)], Style("sans", 13, 1.2, -38.0, 6.0, "left", marker="   –"))
            if two and items.y > 300 and items.frame.x0 < 100:
                items.next_frame()
        document.head(sheet, f"{page + 1}", 690, 395, align="right", font="sans", size=9)
        document.head(sheet, "Harbour Gazette · annual meeting", 45, 395, font="sans", size=9)
    return document


def form(number: int) -> Document:
    """Labels and values in two columns: each value follows its label."""
    document = Document(f"form-{number}", "form", 7500 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page()
    flow = Flow(document.truth, [Frame(sheet, 60, 60, 535, 780)])
    flow.heading(writer.title(4), 1, Style("sans bold", 15, after=12))
    flow.paragraph(writer.sentences(2, 4), Style("sans", 9.5, after=12))
    for part in range(3):
        flow.heading(f"{'ABC'[part]}. {writer.topic()}", 2, Style("sans bold", 11, after=6))
        for _ in range(int(writer.rng.integers(3, 6))):
            for x in (60, 310):
                label, value = writer.item() + ":", " ".join(writer.nouns(2)).title()
                sheet.write(label, x, flow.y + 10, "sans", 8.5)
                sheet.write(value, x + 120, flow.y + 10, "mono", 8.5)
                if number % 2:
                    sheet.rule(x + 116, flow.y + 13, x + 230, 0.4)
                document.truth.in_order(label, value)
            flow.skip(20)
        flow.skip(10)
    flow.paragraph(writer.sentences(2, 4), Style("sans", 9, after=12))
    document.head(sheet, f"Form HB-{number + 12} (rev. 2019)", 60, 805, font="sans", size=7)
    return document


def _sidebar(document: Document, writer: Writer, sheet: Sheet, box: tuple[float, float, float, float]) -> None:
    sheet.frame(box, 0.8)
    x0, y0, x1, y1 = box
    flow = Flow(document.truth, [Frame(sheet, x0 + 6, y0 + 6, x1 - 6, y1 - 6)])
    flow.heading(writer.title(2), 2, Style("sans bold", 10.5, after=4, align="left"))
    while not flow.full:
        flow.paragraph([writer.sentence(1)], Style("sans", 8, 1.2, 0.0, 4.0, "left"))
