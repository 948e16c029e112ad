"""Letters, and invoices with the items' table in three kinds."""

import numpy as np

from benchmarks.layout.document import Document, manner_of
from benchmarks.layout.sheet import Sheet
from benchmarks.layout.table import TableStyle, draw_table
from benchmarks.layout.templates import tables
from benchmarks.layout.truth import TableKind
from benchmarks.layout.typeset import Flow, Frame, Style
from benchmarks.layout.words import Writer

_BODY = Style("sans", 10.5, leading=1.3, after=9.0, align="left")
_KINDS: tuple[TableKind, ...] = ("ruled", "half-ruled", "borderless")


def letter(number: int) -> Document:
    """A letter of two pages, with the sender's details in a column beside the address."""
    document = Document(f"letter-{number}", "letter", 3000 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page()
    _address(document, writer, sheet)
    pages = [1]

    def more() -> list[Frame]:
        new = document.page()
        pages.append(len(pages) + 1)
        document.head(new, f"Page {len(pages)}", 525, 50, align="right", font="sans", size=9)
        return [Frame(new, 70, 80, 525, 740)]

    flow = Flow(document.truth, [Frame(sheet, 70, 270, 525, 740)], more)
    flow.heading(writer.title(5), 1, Style("sans bold", 12, after=14))
    greeting = f"Dear {writer.person()},"
    flow.paragraph([greeting], _BODY)
    for _ in range(8):
        flow.paragraph(writer.sentences(2, 5), _BODY)
        if writer.rng.random() < 0.3:
            for item in range(3):
                flow.paragraph(
                    [writer.sentence(1)], Style("sans", 10.5, 1.3, -16.0, 3.0, "left", marker=f"{item + 1}.")
                )
            flow.skip(6)
    flow.paragraph(["Yours sincerely,"], _BODY)
    flow.skip(24)
    flow.paragraph([writer.person()], _BODY)
    for page in document.pages:
        document.head(page, "Lantern & Sons Ltd, 14 Mill Lane, Oxton", 297, 790, align="centre", font="sans", size=7.5)
        document.head(
            page, "Registered in Oxton No. 4711, VAT GB 123 4567 89", 297, 800, align="centre", font="sans", size=7.5
        )
    return document


def invoice(number: int) -> Document:
    """An invoice: addresses, a block of labels, the items, sums, terms."""
    kind = _KINDS[number % 3]
    document = Document(f"invoice-{number} {kind}", "invoice", 3500 + number, manner_of(number // 3))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page()
    _address(document, writer, sheet)
    for at, label in enumerate(("Invoice no.", "Date", "Customer")):
        value = f"{int(writer.rng.integers(1000, 9999))}-{at}"
        sheet.write(label, 350, 120 + 14 * at, "sans", 9)
        sheet.write(value, 525, 120 + 14 * at, "sans", 9, "right")
        document.truth.in_order(label, value)
    flow = Flow(document.truth, [Frame(sheet, 70, 250, 525, 760)])
    flow.heading(f"Invoice {writer.title(2).lower()}", 1, Style("sans bold", 14, after=8))
    flow.paragraph(writer.sentences(1, 3), _BODY)
    rows = tables.items(writer, 5 + number % 4, long_rows=number % 2 == 0)
    style = TableStyle(kind, pad=3.0, widest=170.0)
    true, y = draw_table(sheet, rows, style, 70, flow.y + 4, 455)
    document.truth.tables.append(true)
    flow.skip(y - flow.y + 8)
    for label in ("Net", "VAT 20 %", "Total due"):
        sheet.write(label, 380, flow.y + 10, "sans bold" if label == "Total due" else "sans", 9)
        value = writer.price(90_000)
        sheet.write(value, 525 - style.gap / 2, flow.y + 10, "sans", 9, "right")
        document.truth.in_order(label, value)
        flow.skip(14)
    flow.skip(16)
    flow.paragraph(writer.sentences(2, 4), _BODY)
    document.head(
        sheet, "IBAN GB29 NWBK 6016 1331 9268 19 · BIC NWBKGB2L", 297, 795, align="centre", font="sans", size=7.5
    )
    return document


def _address(document: Document, writer: Writer, sheet: Sheet) -> None:
    lines = [
        writer.person(),
        f"{int(writer.rng.integers(1, 99))} {writer.title(2)} Street",
        f"{writer.title(2)}, Oxton",
    ]
    for at, line in enumerate(lines):
        sheet.write(line, 70, 130 + 14 * at, "sans", 10.5)
    document.truth.in_order(*lines)
