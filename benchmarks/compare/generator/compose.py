"""What stands on generated pages: running text, tables, Chinese."""

import random
from html import escape

import cv2

from benchmarks.compare.generator.paper import Paper, Pen
from benchmarks.compare.generator.vocabulary import TRADITIONAL, WORDS, amount, chinese, sentence

WIDTH, HEIGHT, MARGIN = 1000, 1300, 80
FONTS = (("sans", 400), ("uni", 400), ("italic", 400))


def running_text(dice: random.Random) -> Paper:
    """A title and paragraphs in one column or in two."""
    paper = Paper.blank(WIDTH, HEIGHT)
    pen = _pen(dice)
    title = " ".join(dice.choice(WORDS).capitalize() for _ in range(3))
    paper.write(Pen("sans", 700, pen.size * 3 // 2), title, MARGIN, 110)
    columns = dice.choice((1, 1, 2))
    width = (WIDTH - 2 * MARGIN - (columns - 1) * 50) // columns
    for column in range(columns):
        _column(paper, dice, pen, MARGIN + column * (width + 50), width)
    return paper


def table(dice: random.Random) -> Paper:
    """A title, a ruled table of text and amounts, and a line below it."""
    paper = Paper.blank(WIDTH, HEIGHT)
    pen = _pen(dice)
    paper.write(Pen("sans", 700, pen.size * 3 // 2), f"{dice.choice(WORDS).capitalize()} {amount(dice)}", MARGIN, 110)
    rows, columns = dice.randrange(4, 10), dice.randrange(3, 6)
    bottom = _table(paper, dice, pen, rows, columns)
    paper.write(pen, sentence(dice, 7), MARGIN, bottom + 3 * pen.size)
    return paper


def cjk(dice: random.Random) -> Paper:
    """Chinese paragraphs: simplified, every third page traditional."""
    paper = Paper.blank(WIDTH, HEIGHT)
    pen = Pen("uni", 400, dice.randrange(24, 31))
    alphabet = {"alphabet": TRADITIONAL} if dice.randrange(3) == 0 else {}
    paper.write(Pen("uni", 400, pen.size * 3 // 2), chinese(dice, 8, **alphabet), MARGIN, 110)
    most = (WIDTH - 2 * MARGIN) // pen.size
    baseline = 190
    while baseline < HEIGHT - MARGIN - 2 * pen.size:
        paper.write(pen, chinese(dice, dice.randrange(most // 2, most), **alphabet), MARGIN, baseline)
        baseline += round(pen.size * dice.choice((1.6, 1.6, 2.6)))
    return paper


def _pen(dice: random.Random) -> Pen:
    font, weight = dice.choice(FONTS)
    return Pen(font, weight, dice.randrange(20, 27))


def _column(paper: Paper, dice: random.Random, pen: Pen, x: int, width: int) -> None:
    baseline = 190
    while True:
        lines = _broken(sentence(dice, dice.randrange(14, 40)), pen, width)
        if baseline + round(pen.size * 1.5) * len(lines) > HEIGHT - MARGIN:
            return
        for line in lines:
            paper.write(pen, line, x, baseline)
            baseline += round(pen.size * 1.5)
        baseline += round(pen.size * 0.8)


def _broken(text: str, pen: Pen, width: int) -> list[str]:
    """Lines of a text that are no wider than ``width``."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and pen.width(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _table(paper: Paper, dice: random.Random, pen: Pen, rows: int, columns: int) -> int:
    """Draw a table and remember it; returns its lower edge. The header may have a cell over two columns."""
    step, high = (WIDTH - 2 * MARGIN) // columns, pen.size * 2
    wide = dice.randrange(columns - 1) if dice.random() < 0.5 else None
    html = []
    for row in range(rows):
        cells, column = [], 0
        while column < columns:
            span = 2 if row == 0 and column == wide else 1
            text = dice.choice(WORDS).capitalize() if row == 0 or column == 0 else amount(dice)
            left, top = MARGIN + column * step, 160 + row * high
            cv2.rectangle(paper.image, (left, top), (left + span * step, top + high), (60, 60, 60), 1)
            paper.write(pen, text, left + 12, top + round(pen.size * 1.35))
            cells.append(f"<td colspan='{span}'>{escape(text)}</td>" if span > 1 else f"<td>{escape(text)}</td>")
            column += span
        html.append(f"<tr>{''.join(cells)}</tr>")
    paper.tables.append(f"<table>{''.join(html)}</table>")
    return 160 + rows * high
