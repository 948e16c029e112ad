"""Running text in two and three columns, with gutters from 8 to 30 pixels at 144 dots per inch."""

import numpy as np

from benchmarks.layout.document import Document, manner_of
from benchmarks.layout.typeset import Flow, Frame, Style
from benchmarks.layout.words import Writer

GUTTERS = (8, 10, 12, 16, 20, 24, 30)
"""In pixels at 144 dots per inch: twice as many as points."""
_SIZES = {2: 10.0, 3: 8.5}


def columns(number: int) -> Document:
    """A title over the columns, headings in them, no running head."""
    count = 2 if number % 2 == 0 else 3
    gutter = GUTTERS[number // 2 % len(GUTTERS)]
    document = Document(f"columns-{count} gutter {gutter} px", "columns", 1000 + number, manner_of(number // 2))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page()
    left, right = 56.0, sheet.width - 56.0
    title = Flow(document.truth, [Frame(sheet, left, 60, right, 160)])
    title.heading(writer.title(5), 1, Style("serif bold", 18, align="centre", after=16))
    width = (right - left - (count - 1) * gutter / 2) / count
    lefts = [left + at * (width + gutter / 2) for at in range(count)]
    flow = Flow(document.truth, [Frame(sheet, x, title.y + 6, x + width, 770) for x in lefts])
    body = Style(
        "serif", _SIZES[count], indent=10.0 if number % 3 else 0.0, after=0.0 if number % 3 else 5.0, hyphens=True
    )
    while not flow.full:
        if writer.rng.random() < 0.3:
            flow.skip(6)
            flow.heading(writer.topic(), 2, Style("serif bold", body.size + 2, after=3))
        flow.paragraph(writer.sentences(2, 4), body)
    return document
