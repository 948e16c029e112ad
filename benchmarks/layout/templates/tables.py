"""The contents of tables: invoices' items, statements, results of experiments, timetables with merged cells."""

from collections.abc import Sequence

from benchmarks.layout.table import Cell
from benchmarks.layout.words import Writer

Rows = list[list[Cell | None]]


def items(writer: Writer, count: int, *, long_rows: bool) -> Rows:
    """The items of an invoice: position, description, quantity, unit price, amount."""
    names = ("Pos.", "Description", "Qty", "Unit price", "Amount")
    rows: Rows = [[Cell(name, bold=True, align="left" if at < 2 else "right") for at, name in enumerate(names)]]
    for number in range(1, count + 1):
        text = writer.item()
        if long_rows and number % 3 == 1:
            text += ", " + " ".join(writer.nouns(6))
        cells = (f"{writer.rng.integers(1, 40)}", writer.price(300), writer.price(9000))
        rows.append([Cell(str(number)), Cell(text), *(Cell(cell, align="right") for cell in cells)])
    return rows


def income_statement(
    writer: Writer, *, signs: bool, notes: bool, years: int = 2, long: bool = False
) -> tuple[Rows, tuple[int, ...]]:
    """Nested labels and a column for each year; the rows of sums come with it. Long labels take two lines."""
    first = int(writer.rng.integers(2005, 2022))
    before = "31 December " if long else ""
    heads = ["", *(["Note"] if notes else []), *(f"{before}{first - year}" for year in range(years))]
    rows: Rows = [[Cell(name, bold=True, align="right" if at else "left") for at, name in enumerate(heads)]]
    totals: list[int] = []
    for _ in range(int(writer.rng.integers(2, 4))):
        section = writer.item()
        rows.append([Cell(f"{section}:"), *(Cell() for _ in heads[1:])])
        for number in range(int(writer.rng.integers(2, 5))):
            text = writer.item() + (f", {' '.join(writer.nouns(5))}, net" if long and number % 2 == 0 else "")
            label = Cell(text, indent=10.0)
            extra = [Cell(str(int(writer.rng.integers(1, 30))), align="right")] if notes and number % 2 else []
            extra = extra or ([Cell()] if notes else [])
            rows.append([label, *extra, *_numbers(writer, years, signs=signs and number == 0)])
        totals.append(len(rows))
        rows.append(
            [
                Cell(f"Total {section.lower()}", indent=20.0),
                *([Cell()] if notes else []),
                *_numbers(writer, years, signs=False),
            ]
        )
    totals.append(len(rows))
    rows.append([Cell("Net income", bold=True), *([Cell()] if notes else []), *_numbers(writer, years, signs=signs)])
    return rows, tuple(totals)


def bank_statement(writer: Writer, count: int) -> Rows:
    """Date, text of one to three lines, amount in one of two columns, balance."""
    names = ("Date", "Details", "Paid out", "Paid in", "Balance")
    rows: Rows = [[Cell(name, align="left" if at < 2 else "right") for at, name in enumerate(names)]]
    for number in range(count):
        text = writer.item()
        for _ in range(int(writer.rng.integers(0, 3))):
            text += " " + " ".join(writer.nouns(4))
        out = writer.rng.random() < 0.6
        date = f"{1 + (number * 2) % 28:02d}/{int(writer.rng.integers(1, 13)):02d}/2021"
        rows.append(
            [
                Cell(date),
                Cell(text),
                Cell(writer.price() if out else "", align="right"),
                Cell("" if out else writer.price(), align="right"),
                Cell(writer.price(20_000), align="right"),
            ]
        )
    return rows


def results(writer: Writer, count: int, groups: int, *, per_group: int = 2) -> Rows:
    """Results of an experiment: two rows of header, the first over groups of columns."""
    top: list[Cell | None] = [Cell("Method", down=2)]
    low: list[Cell | None] = [None]
    for _ in range(groups):
        top += [Cell(writer.item().split()[0], across=per_group, align="centre"), *([None] * (per_group - 1))]
        low += [Cell(name, align="right") for name in ("Prec.", "Recall", "F1", "Error")[:per_group]]
    rows: Rows = [top, low]
    for _ in range(count):
        cells = [f"{float(writer.rng.integers(100, 999)) / 10:.1f}" for _ in range(groups * per_group)]
        rows.append([Cell(writer.item()), *(Cell(cell, align="right") for cell in cells)])
    return rows


def plain(writer: Writer, count: int, columns: int, *, text_columns: Sequence[int] = (0,)) -> Rows:
    """A header, and rows of texts and numbers. One position in ten is empty."""
    rows: Rows = [
        [Cell(writer.item().split()[0], align="left" if at in text_columns else "right") for at in range(columns)]
    ]
    for _ in range(count):
        row: list[Cell | None] = []
        for at in range(columns):
            if at in text_columns:
                row.append(Cell(writer.item()))
            else:
                row.append(Cell("" if writer.rng.random() < 0.1 else writer.amount(99_999), align="right"))
        rows.append(row)
    return rows


def described(writer: Writer, count: int, columns: int) -> Rows:
    """A name, and descriptions of several words beside it, which take several lines."""
    rows: Rows = [[Cell(writer.item().split()[0], bold=True) for _ in range(columns)]]
    for _ in range(count):
        texts = (writer.title(int(writer.rng.integers(4, 12))) for _ in range(columns - 1))
        rows.append([Cell(writer.item()), *(Cell(text) for text in texts)])
    return rows


def grouped(writer: Writer, count: int, columns: int) -> Rows:
    """Groups of rows, each below a row that names it over the whole width."""
    rows: Rows = [[Cell(writer.item().split()[0], align="right" if at else "left") for at in range(columns)]]
    for _ in range(count):
        rows.append([Cell(writer.title(2), across=columns, align="centre"), *([None] * (columns - 1))])
        for _ in range(int(writer.rng.integers(2, 4))):
            numbers = (
                Cell(f"{float(writer.rng.integers(1, 999)) / 10:.1f} %", align="right") for _ in range(columns - 1)
            )
            rows.append([Cell(writer.item()), *numbers])
    return rows


def merged(writer: Writer, count: int, columns: int) -> Rows:
    """A table with cells over several rows in the first column, and over several columns in the header."""
    rows: Rows = [[Cell("Group", down=2), *_header(writer, columns - 1)]]
    rows.append([None, *(Cell(writer.item().split()[0]) for _ in range(columns - 1))])
    while len(rows) < count + 2:
        high = int(writer.rng.integers(1, 4))
        for step in range(high):
            first = Cell(writer.item(), down=high) if step == 0 else None
            cells = [
                Cell(writer.amount(9999)) if writer.rng.random() < 0.6 else Cell(writer.item())
                for _ in range(columns - 1)
            ]
            rows.append([first, *cells])
    if columns > 2:
        rows.append([Cell("Remarks"), Cell(" ".join(writer.nouns(7)), across=columns - 1), *([None] * (columns - 2))])
    return rows


def _header(writer: Writer, columns: int) -> list[Cell | None]:
    cells: list[Cell | None] = []
    while len(cells) < columns:
        across = min(2, columns - len(cells))
        cells += [Cell(writer.item(), across=across, align="centre"), *([None] * (across - 1))]
    return cells


def _numbers(writer: Writer, count: int, *, signs: bool) -> list[Cell]:
    return [
        Cell("—" if writer.rng.random() < 0.06 else writer.amount(), align="right", sign="$" if signs else "")
        for _ in range(count)
    ]
