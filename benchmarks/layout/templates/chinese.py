"""Chinese: horizontal in one and two columns, and vertical from right to left."""

import numpy as np

from benchmarks.layout.document import Document, manner_of
from benchmarks.layout.sheet import Run
from benchmarks.layout.truth import RunningHead, Sentence
from benchmarks.layout.typeset import Flow, Frame, Style
from benchmarks.layout.words import Writer


def horizontal(number: int) -> Document:
    """A title and paragraphs in one or two columns, a running head."""
    count = 1 + number % 2
    document = Document(f"chinese-{count} columns-{number}", "chinese", 8000 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page()
    document.head(sheet, writer.characters(7), 297, 46, align="centre", font="cjk", size=8)
    document.head(sheet, str(40 + number), 297, 805, align="centre", font="serif", size=9)
    flow = Flow(document.truth, [Frame(sheet, 70, 75, 525, 200)])
    flow.heading(writer.characters(9), 1, Style("cjk", 18, align="centre", after=16))
    edges = [(70, 525)] if count == 1 else [(70, 290), (305, 525)]
    text = Flow(document.truth, [Frame(sheet, x0, flow.y, x1, 770) for x0, x1 in edges])
    body = Style("cjk", 10.5, 1.5, 21.0, 0.0, "left")
    while not text.full:
        if writer.rng.random() < 0.25:
            text.skip(8)
            text.heading(writer.characters(5), 2, Style("cjk", 13, after=6, align="left"))
        text.paragraph([writer.chinese() for _ in range(int(writer.rng.integers(2, 5)))], body)
    return document


def vertical(number: int) -> Document:
    """Columns of characters from right to left, in one or two tiers, the title at the right."""
    document = Document(f"chinese-vertical-{number}", "chinese vertical", 8500 + number, manner_of(2 * number))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page(420, 595)
    title = writer.characters(6)
    sheet.runs.append(Run(title, 350, 60, "cjk", 17, way="down"))
    document.truth.headings.append((title, 1))
    tiers = [(60.0, 540.0)] if number % 2 == 0 else [(60.0, 290.0), (320.0, 550.0)]
    last = title
    for top, bottom in tiers:
        x = 320.0
        while x > 60:
            sentences = [writer.chinese() for _ in range(3)]
            last, x = _down(document, sentences, last, (x, top, bottom))
    folio = str(number + 61)
    sheet.write(folio, 210, 580, "serif", 8.5, "centre")
    document.truth.heads.append(RunningHead(0, folio))
    return document


def _down(document: Document, sentences: list[str], last: str, place: tuple[float, float, float]) -> tuple[str, float]:
    """Set a paragraph in vertical lines; the anchor of its last sentence and the x of the next line."""
    x, top, bottom = place
    size, pitch = 11.0, 18.0
    text, lines, at = "".join(sentences), [], 0
    while at < len(text):
        first = not lines
        fit = int((bottom - top - (2 * size if first else 0)) / size)
        end = min(len(text), at + fit)
        if end < len(text) and text[end] == "。":
            end -= 1
        document.pages[0].runs.append(Run(text[at:end], x, top + (2 * size if first else 0), "cjk", size, way="down"))
        lines.append((at, end))
        at, x = end, x - pitch
    start = 0
    for sentence in sentences:
        parts = [text[max(start, a) : min(start + len(sentence), b)] for a, b in lines]
        anchor = max(parts, key=len)
        document.truth.sentences.append(Sentence(sentence, anchor))
        document.truth.in_order(last, anchor)
        last, start = anchor, start + len(sentence)
    return last, x
