"""Groups rows of lines into rows of a table without rules. The distance of lines shows which cells have several."""

from collections.abc import Sequence

import numpy as np

from models.layout.pieces import Piece

_NEAR = 0.85
"""Lines of one cell are nearer to each other than this share of the distance between rows."""
_FULL = 0.75
"""A cell may continue in the next line if its line is at least this share as wide as the column's widest line."""
_NEXT_LINE = 1.15
"""A label goes on in a line that is at most so many times as far away as rows are."""

Placed = Sequence[tuple[int, int, Piece]]
"""First column, last column and piece, for each piece of a band."""


def group_rows(middles: Sequence[float], bands: Sequence[Placed], columns: int) -> list[list[int]]:
    """Group bands into rows of the table.

    Args:
        middles: y of each band.
        bands: the pieces of each band and their columns.
        columns: number of columns.

    Returns:
        The indices of the bands, row by row.
    """
    sparse = [_is_sparse(band, columns) for band in bands]
    usual = _usual_pitch(middles, sparse)
    widest = _widest(bands, columns)
    joins = [False] * len(bands)
    for number, band in enumerate(bands):
        if not sparse[number]:
            continue
        before = middles[number] - middles[number - 1] if number else np.inf
        after = middles[number + 1] - middles[number] if number + 1 < len(bands) else np.inf
        near = _NEAR * (usual if np.isfinite(usual) else max(before, after))
        if before < near and before <= after / _NEAR:
            joins[number] = number > 0 and _below_text(bands[:number], joins[:number], band)
        elif after < near and after < before:
            joins[number + 1] = True
        elif number and len(band) == 1 and _goes_on(bands[number - 1], band[0], widest):
            joins[number] = True
    for number in range(1, len(bands)):
        near = middles[number] - middles[number - 1] <= _NEXT_LINE * (usual if np.isfinite(usual) else np.inf)
        if near and _label_goes_on(bands[number - 1], bands[number]):
            joins[number] = True
    rows: list[list[int]] = []
    for number, join in enumerate(joins):
        if join and rows:
            rows[-1].append(number)
        else:
            rows.append([number])
    return rows


def _is_sparse(band: Placed, columns: int) -> bool:
    filled = {column for first, last, _ in band for column in range(first, last + 1)}
    return 2 * len(filled) <= columns or (0 not in filled and len(filled) < columns)


def _label_goes_on(above: Placed, below: Placed) -> bool:
    """Whether a label goes on in the next line: it begins with a small letter there, and only one line has values."""
    upper = [piece for first, _, piece in above if first == 0]
    lower = [piece for first, _, piece in below if first == 0]
    if len(upper) != 1 or len(lower) != 1 or (len(above) > 1 and len(below) > 1):
        return False
    text = lower[0].span.text if lower[0].span else ""
    return text[:1].islower()


def _usual_pitch(middles: Sequence[float], sparse: Sequence[bool]) -> float:
    """The median distance of full rows that follow each other directly, or else of all full rows."""
    pairs = zip(range(len(middles) - 1), range(1, len(middles)), strict=True)
    steps = [middles[b] - middles[a] for a, b in pairs if not sparse[a] and not sparse[b]]
    if steps:
        return float(np.median(steps))
    full = [middle for middle, lone in zip(middles, sparse, strict=True) if not lone]
    return float(np.median(np.diff(full))) if len(full) > 1 else float("inf")


def _widest(bands: Sequence[Placed], columns: int) -> list[float]:
    widths = [0.0] * columns
    for band in bands:
        for first, last, piece in band:
            if first == last:
                widths[first] = max(widths[first], piece.width)
    return widths


def _below_text(bands: Sequence[Placed], joins: Sequence[bool], band: Placed) -> bool:
    """Whether every line of a band stands below a line of the row above. A cell cannot begin in the middle of a row."""
    above: set[int] = set()
    for upper, join in zip(reversed(bands), reversed(joins), strict=True):
        above |= {column for first, last, _ in upper for column in range(first, last + 1)}
        if not join:
            break
    return all(column in above for first, last, _ in band for column in range(first, last + 1))


def _goes_on(above: Placed, below: tuple[int, int, Piece], widest: Sequence[float]) -> bool:
    first, last, _ = below
    if first != last or first == 0:
        return False
    return any(begin == end == first and piece.width >= _FULL * widest[first] for begin, end, piece in above)
