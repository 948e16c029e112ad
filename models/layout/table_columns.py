"""Finds the columns of a table without vertical rules, and the columns in which each of its pieces stands."""

from collections.abc import Sequence

import numpy as np

from models.layout.pieces import Band, Gap, Piece, extent

_NARROWEST_GUTTER = 0.45
"""The white between columns is at least so wide, in heights of a line."""
_CROSSED = 6
"""The white between columns may be crossed by one in so many rows."""
_SIGNS = frozenset(("$", "€", "£", "¥", "￥", "US$", "USD", "EUR", "CHF", "RMB", "%", ")", ")%"))
"""The text that stands apart from its number: before it at the edge of the column, or behind it."""
_BEHIND = frozenset(("%", ")", ")%"))

Placed = tuple[int, int, Piece]
"""First column, last column and piece."""


def find_columns(bands: Sequence[Band], height: float, separators: Sequence[float] = ()) -> list[Gap]:
    """The extents of the columns, from left to right.

    Args:
        bands: the rows. Those that hold one piece alone do not hide the white between columns.
        height: median height of a line.
        separators: x of vertical rules. A column ends at each of them.
    """
    bodies = [[piece for piece in band.pieces if not _is_sign(piece)] for band in bands]
    pieces = [piece for body in bodies for piece in body]
    if not pieces:
        return []
    x0, _, x1, _ = extent(pieces)
    counts = np.zeros(int(x1 - x0) + 2, np.int32)
    for piece in pieces:
        counts[int(piece.x0 - x0)] += 1
        counts[int(np.ceil(piece.x1 - x0))] -= 1
    full = sum(1 for body in bodies if len(body) > 1)
    covered = np.cumsum(counts)[:-1] > full // _CROSSED
    for separator in separators:
        covered[max(0, int(separator - x0) - 1) : max(0, int(separator - x0) + 2)] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[False], covered, [False]]).astype(np.int8)))
    columns: list[Gap] = []
    for low, high in zip((edges[::2] + x0).tolist(), (edges[1::2] + x0).tolist(), strict=True):
        ruled = columns and any(columns[-1][1] - 1 <= separator <= low + 1 for separator in separators)
        if columns and not ruled and low - columns[-1][1] < _NARROWEST_GUTTER * height:
            columns[-1] = (columns[-1][0], high)
        else:
            columns.append((low, high))
    return columns


def place_band(band: Band, columns: Sequence[Gap]) -> list[Placed]:
    """The first and last column of each piece.

    A piece that stands in the white between two columns covers both, if nothing else in its row stands in them. A sign
    of a currency stands in the column of the number after it. A lone piece in the middle of the table covers all.
    """
    if len(band.pieces) == 1 and _is_centred(band.pieces[0], columns):
        return [(0, len(columns) - 1, band.pieces[0])]
    placed = [(*_covered(piece, columns), piece) for piece in band.pieces]
    for number, (first, last, piece) in enumerate(placed):
        middle = (piece.x0 + piece.x1) / 2
        left = sum(1 for _, high in columns if high <= middle) - 1
        if first != last or not 0 <= left < len(columns) - 1 or middle >= columns[left + 1][0]:
            continue
        others = [(a, b) for k, (a, b, _) in enumerate(placed) if k != number]
        if not _is_between(piece, columns[left], columns[left + 1]):
            continue
        if not any(a <= left + 1 and left <= b for a, b in others):
            placed[number] = (left, left + 1, piece)
    return _with_signs(placed)


def _is_between(piece: Piece, left: Gap, right: Gap) -> bool:
    """Whether a piece belongs to two columns alike. One that covers most of one, and nothing of the other, names it."""
    over_left, over_right = max(0.0, left[1] - piece.x0), max(0.0, piece.x1 - right[0])
    if over_left and over_right:
        return True
    return over_left < 0.5 * (left[1] - left[0]) and over_right < 0.5 * (right[1] - right[0])


def _with_signs(placed: Sequence[Placed]) -> list[Placed]:
    """Move signs into the columns of their numbers."""
    moved = []
    for number, (first, last, piece) in enumerate(placed):
        text = piece.span.text if piece.span else ""
        beside = number - 1 if text in _BEHIND else number + 1
        if text in _SIGNS and 0 <= beside < len(placed) and not _is_sign(placed[beside][2]):
            moved.append((*placed[beside][:2], piece))
        else:
            moved.append((first, last, piece))
    return moved


def _is_sign(piece: Piece) -> bool:
    return piece.span is not None and piece.span.text in _SIGNS


def _is_centred(piece: Piece, columns: Sequence[Gap]) -> bool:
    """Whether a piece stands in the middle of at least three columns, and not where the first column's lines begin."""
    if len(columns) < 3 or piece.x0 <= columns[0][0] + (piece.y1 - piece.y0):
        return False
    middle = (columns[0][0] + columns[-1][1]) / 2
    return abs((piece.x0 + piece.x1) / 2 - middle) <= 0.08 * (columns[-1][1] - columns[0][0])


def _covered(piece: Piece, columns: Sequence[Gap]) -> tuple[int, int]:
    """The first and last column that a piece stands in. A piece in none of them gets the nearest one."""
    shares = [min(piece.x1, high) - max(piece.x0, low) for low, high in columns]
    widths = [min(piece.width, high - low) for low, high in columns]
    met = [k for k, (share, width) in enumerate(zip(shares, widths, strict=True)) if share > 0.3 * width]
    if not met:
        best = int(np.argmax(shares))
        return best, best
    return met[0], met[-1]
