"""Statements of banks and companies, without rules or with few of them, and sheets of several tables."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from benchmarks.layout.document import Document, manner_of
from benchmarks.layout.sheet import FontName
from benchmarks.layout.table import TableStyle, draw_table
from benchmarks.layout.templates import tables
from benchmarks.layout.truth import TableKind
from benchmarks.layout.typeset import Flow, Frame, Style
from benchmarks.layout.words import Writer

_FONTS: tuple[tuple[FontName, FontName], ...] = (("serif", "serif bold"), ("sans", "sans bold"))


def income(number: int) -> Document:
    """An income statement: no rules, or thin ones above sums; currency signs, notes, leading dots, long labels."""
    document = Document(f"income-{number}", "statement", 4000 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page()
    flow = Flow(document.truth, [Frame(sheet, 62, 70, 533, 790)])
    flow.heading(writer.title(4), 1, Style("sans bold", 14, align="centre", after=6))
    if number % 2 == 0:
        sheet.write("(in thousands, except per share amounts)", 297, flow.y + 9, "serif italic", 9, "centre")
        flow.skip(20)
    else:
        flow.paragraph(writer.sentences(1, 3), Style("serif", 9, after=10))
    rows, totals = tables.income_statement(
        writer, signs=number % 3 == 1, notes=number % 4 == 2, years=2 + (number % 3 == 0), long=number % 4 in {1, 2}
    )
    font, bold = _FONTS[number % 2]
    style = TableStyle(
        "borderless",
        font,
        bold,
        (7.5, 9.0, 10.0)[number % 3],
        pad=(0.0, 1.0, 2.5)[number % 3],
        gap=(7.0, 12.0, 20.0)[number // 2 % 3],
        widest=(150.0, 210.0)[number % 2],
        upright="bottom" if number % 4 in {1, 2} else "top",
        totals=totals if number % 2 else (),
        leaders=number % 5 == 3,
    )
    true, y = draw_table(sheet, rows, style, 62, flow.y, 471 if number % 3 else None)
    document.truth.tables.append(true)
    flow.skip(y - flow.y + 20)
    flow.paragraph(writer.sentences(3, 5), Style("serif", 10))
    return document


def bank(number: int) -> Document:
    """A statement of account over two pages: details of several lines, amounts in two columns."""
    document = Document(f"bank-{number}", "statement", 4500 + number, manner_of(number + 1))
    writer = Writer(np.random.default_rng(document.seed))
    for page in range(2):
        sheet = document.page()
        flow = Flow(document.truth, [Frame(sheet, 50, 90, 545, 780)])
        document.head(sheet, "Harbour Bank plc", 50, 40, font="sans bold", size=9)
        document.head(sheet, f"Sheet {page + 1} of 2", 545, 40, align="right", font="sans", size=8)
        if page == 0:
            flow.heading("Your statement of account", 1, Style("sans bold", 15, after=8))
            flow.paragraph(writer.sentences(1, 3), Style("sans", 9.5, after=12))
        style = TableStyle("borderless", size=8.5, pad=2.0 + number % 2, gap=14.0, widest=180.0)
        true, _ = draw_table(sheet, tables.bank_statement(writer, 13), style, 50, flow.y, 495)
        document.truth.tables.append(true)
        document.head(
            sheet, "Deposits are protected up to the legal limit.", 297, 805, align="centre", font="sans", size=7
        )
    return document


def report(number: int) -> Document:
    """A report in one column with two tables of one kind between its paragraphs."""
    kinds: tuple[TableKind, ...] = ("ruled", "half-ruled", "borderless")
    kind = kinds[number % 3]
    document = Document(f"report-{number} {kind}", "tables", 5000 + number, manner_of(number // 3 + number % 3))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page()
    flow = Flow(document.truth, [Frame(sheet, 62, 70, 533, 790)])
    flow.heading(writer.title(4), 1, Style("sans bold", 15, after=10))
    body = Style("serif", 10, after=8, hyphens=number % 2 == 1)
    flow.paragraph(writer.sentences(2, 4), body)
    for at in range(2):
        rows, style = _table(writer, kind, number // 3, at)
        flow.paragraph([f"Table {at + 1}. {writer.sentence(1)}"], Style("serif", 9, after=5, align="left"))
        true, y = draw_table(sheet, rows, style, 62, flow.y, 471 if (number + at) % 2 == 0 else None)
        document.truth.tables.append(true)
        flow.skip(y - flow.y + (14, 8)[number % 2])
        flow.paragraph(writer.sentences(1, 4), body)
    return document


def beside(number: int) -> Document:
    """Two columns of text with a small table in each of them."""
    kinds: tuple[TableKind, ...] = ("half-ruled", "borderless", "ruled")
    document = Document(f"beside-{number} {kinds[number % 3]}", "tables in columns", 5500 + number, manner_of(number))
    writer = Writer(np.random.default_rng(document.seed))
    sheet = document.page()
    gutter = (10.0, 15.0)[number % 2]
    width = (487 - gutter) / 2
    lefts = (54.0, 54.0 + width + gutter)
    title = Flow(document.truth, [Frame(sheet, 54, 60, 541, 200)])
    title.heading(writer.title(5), 1, Style("serif bold", 16, align="centre", after=14))
    flow = Flow(document.truth, [Frame(sheet, x, title.y, x + width, 770) for x in lefts])
    body = Style("serif", 9.5, indent=9.0, after=0.0, hyphens=True)
    for at in range(2):
        while flow.y < 300 + 60 * at:
            flow.paragraph(writer.sentences(2, 5), body)
        flow.skip(10)
        flow.paragraph([f"Table {at + 1}: {writer.sentence(1)}"], Style("serif", 8.5, after=4, align="left"))
        kind = kinds[number % 3]
        rows = tables.results(writer, 5, 2) if at == number % 2 else tables.plain(writer, 5, 3)
        style = TableStyle(
            kind,
            "serif",
            "serif bold",
            8.0,
            pad=1.2,
            gap=9.0,
            widest=80.0,
            head=2 if at == number % 2 else 1,
            bars=(1,) if number % 4 == 3 else (),
        )
        true, y = draw_table(sheet, rows, style, flow.frame.x0, flow.y, width if number % 2 else None)
        document.truth.tables.append(true)
        flow.skip(y - flow.y + 12)
        if at == 0:
            while flow.frame.x0 == lefts[0]:
                flow.paragraph(writer.sentences(2, 5), body)
    while not flow.full:
        flow.paragraph(writer.sentences(2, 5), body)
    return document


def _table(writer: Writer, kind: TableKind, number: int, at: int) -> tuple[tables.Rows, TableStyle]:
    """A table that suits its kind, and how it is drawn. The number goes round what tables of a kind look like."""
    font, bold = _FONTS[number % 2]
    size, pad, gap = (
        (7.5, 8.5, 10.0)[number % 3],
        (0.5, 2.0, 4.5)[(number + at) % 3],
        (7.0, 12.0, 18.0)[number // 2 % 3],
    )
    upright: tuple[Literal["top", "middle", "bottom"], ...] = ("top", "middle", "bottom")
    style = TableStyle(kind, font, bold, size, pad=pad, gap=gap, widest=100.0, upright=upright[number % 3])
    which = (number + 3 * at) % 6
    return {"ruled": _ruled, "half-ruled": _half_ruled, "borderless": _borderless}[kind](writer, style, which, number)


def _ruled(writer: Writer, style: TableStyle, which: int, number: int) -> tuple[tables.Rows, TableStyle]:
    if which % 2 == 0:
        return tables.merged(writer, 5, 3 + number % 3), replace(style, head=2)
    if which == 1:
        return tables.described(writer, 4, 3), style
    return tables.plain(writer, 4 + number % 3, 4, text_columns=(0, 2)), replace(style, striped=which == 3)


def _borderless(writer: Writer, style: TableStyle, which: int, number: int) -> tuple[tables.Rows, TableStyle]:
    if which == 0:
        return tables.grouped(writer, 3, 4), style
    if which == 1:
        return tables.described(writer, 4, 3), replace(style, gap=24.0, pad=5.0)
    if which == 2:
        return tables.plain(writer, 6, 2), style
    if which == 3:
        return tables.results(writer, 4 + number % 4, 2 + number % 2), replace(style, head=2)
    return tables.plain(writer, 5, 4 + number % 3, text_columns=(0, 1)), replace(style, striped=which == 4)


def _half_ruled(writer: Writer, style: TableStyle, which: int, _number: int) -> tuple[tables.Rows, TableStyle]:
    made: tuple[Callable[[], tuple[tables.Rows, TableStyle]], ...] = (
        lambda: (tables.results(writer, 6, 3), replace(style, head=2)),
        lambda: (tables.results(writer, 5, 2, per_group=3), replace(style, head=2, bars=(1, 4))),
        lambda: (tables.plain(writer, 7, 5), replace(style, bars=(1,), boxed=True)),
        lambda: (tables.described(writer, 4, 3), replace(style, lines="rows", pad=3.0)),
        lambda: (tables.grouped(writer, 3, 5), style),
        lambda: (
            tables.plain(writer, 6, 4, text_columns=(0, 1)),
            replace(style, lines="rows", bars=(1, 2, 3)),
        ),
    )
    return made[which]()
