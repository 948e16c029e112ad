"""Generated pages with known structure: tables, ruled and not, and text in one to three columns. Fixed seeds."""

from dataclasses import dataclass, field

import numpy as np

from models.layout.document import Cell, Table
from tests.layout.ink import CHINESE, FONTS, WORDS, Pen, blank, scanned
from tests.layout.tables import draw_table, make_table

WIDTH, HEIGHT = 1240, 1400
MARGIN = 90
DEGREES = (0.0, 1.0, -1.0, 2.0, -2.0)
NOISES = (0.0, 6.0, 10.0)


@dataclass(frozen=True, slots=True)
class TrueTable:
    """A table as it was drawn: the grid, and the text of each of its cells in the grid's order."""

    table: Table
    texts: tuple[str, ...]

    @property
    def cells(self) -> list[tuple[Cell, str]]:
        """Cells with their texts."""
        return list(zip(self.table.cells, self.texts, strict=True))


@dataclass(frozen=True, slots=True)
class GeneratedPage:
    """A page and what is on it.

    Attributes:
        name: says how it was made.
        image: uint8 (H, W, 3) BGR.
        paragraphs: the lines of each paragraph outside the table, in reading order; titles are paragraphs.
        titles: which of the paragraphs are titles.
        table: its table.
    """

    name: str
    image: np.ndarray
    paragraphs: tuple[tuple[str, ...], ...]
    titles: frozenset[int] = field(default_factory=frozenset)
    table: TrueTable | None = None


def table_pages(*, ruled: bool, count: int = 20) -> list[GeneratedPage]:
    """Pages with a title, a paragraph, a table and a paragraph."""
    return [_table_page(number, ruled) for number in range(count)]


def column_pages(per_kind: int = 5) -> list[GeneratedPage]:
    """Pages of running text in one, two and three columns below a title."""
    return [_column_page(columns, number) for columns in (1, 2, 3) for number in range(per_kind)]


def _table_page(number: int, ruled: bool) -> GeneratedPage:
    rng = np.random.default_rng(1000 * ruled + number)
    pen, noise, degrees = _manner(number)
    chinese = pen.font == "opencv" and number % 4 == 2
    page = blank(WIDTH, HEIGHT)
    title = _sentence(rng, 3, chinese)
    Pen(pen.font, pen.size * 2).write(page, title, MARGIN, 80)
    before, y = _write_paragraph(page, rng, pen, MARGIN, 170, WIDTH - 2 * MARGIN, 3, chinese)
    table, texts = make_table(rng, ruled=ruled, chinese=chinese)
    bottom = draw_table(page, table, texts, pen, (MARGIN, y + 40), WIDTH - 2 * MARGIN, rng)
    after, _ = _write_paragraph(page, rng, pen, MARGIN, bottom + 60, WIDTH - 2 * MARGIN, 3, chinese)
    kind = "ruled" if ruled else "aligned"
    return GeneratedPage(
        f"{kind}-{number} {pen.font} {degrees:+.0f}° noise {noise:.0f}{' zh' if chinese else ''}",
        scanned(page, degrees, noise, rng),
        ((title,), before, after),
        frozenset({0}),
        TrueTable(table, tuple(" ".join(lines) for lines in texts)),
    )


def _column_page(columns: int, number: int) -> GeneratedPage:
    rng = np.random.default_rng(7000 + 100 * columns + number)
    pen, noise, degrees = _manner(number)
    chinese = pen.font == "opencv" and number % 4 == 2
    page = blank(WIDTH, HEIGHT)
    title = _sentence(rng, 3, chinese)
    big = Pen(pen.font, pen.size * 2)
    big.write(page, title, (WIDTH - big.width(title)) // 2, 80)
    paragraphs: list[tuple[str, ...]] = [(title,)]
    titles = {0}
    gutter = 46
    width = (WIDTH - 2 * MARGIN - gutter * (columns - 1)) // columns
    for column in range(columns):
        x, y = MARGIN + column * (width + gutter), 190 + (column * 7 if number % 2 else 0)
        bottom = HEIGHT - 150 - (int(rng.integers(0, 300)) if column == columns - 1 else 0)
        while y < bottom - 6 * pen.pitch:
            if rng.random() < 0.3:
                heading = Pen(pen.font, round(pen.size * 1.45))
                text = _sentence(rng, 2, chinese)
                heading.write(page, text, x, y + 8)
                y += heading.pitch + 18
                titles.add(len(paragraphs))
                paragraphs.append((text,))
            lines, y = _write_paragraph(page, rng, pen, x, y, width, int(rng.integers(3, 7)), chinese)
            paragraphs.append(lines)
            y += round(0.7 * pen.pitch)
    name = f"columns-{columns}-{number} {pen.font} {degrees:+.0f}° noise {noise:.0f}{' zh' if chinese else ''}"
    return GeneratedPage(name, scanned(page, degrees, noise, rng), tuple(paragraphs), frozenset(titles))


def _manner(number: int) -> tuple[Pen, float, float]:
    return Pen(FONTS[number % 2], 22), NOISES[number % len(NOISES)], DEGREES[number % len(DEGREES)]


def _sentence(rng: np.random.Generator, words: int, chinese: bool) -> str:
    if chinese:
        return "".join(rng.choice(list(CHINESE), 3 * words))
    return " ".join(rng.choice(WORDS, words)).capitalize()


def _write_paragraph(
    page: np.ndarray, rng: np.random.Generator, pen: Pen, x: int, y: int, width: int, count: int, chinese: bool
) -> tuple[tuple[str, ...], int]:
    """Fill ``count`` lines with words, the last one half; returns the lines and the y below."""
    lines = []
    for number in range(count):
        room = width if number < count - 1 else width // 2
        text = "" if number else _sentence(rng, 1, chinese)
        while pen.width(longer := text + _next(rng, text, chinese)) <= room:
            text = longer
        lines.append(text)
        pen.write(page, text, x, y)
        y += pen.pitch
    return tuple(lines), y


def _next(rng: np.random.Generator, text: str, chinese: bool) -> str:
    if chinese:
        return str(rng.choice(list(CHINESE)))
    return (" " if text else "") + str(rng.choice(WORDS))
