"""Finds a text in another one although some letters of it were misread."""

from collections import defaultdict


def find(wanted: str, text: str, tolerance: float) -> int | None:
    """Where a text ends in another one; None if it is not there.

    Args:
        wanted: what to look for.
        text: where.
        tolerance: this share of its letters may be wrong, missing or too many.
    """
    if not wanted:
        return None
    exact = text.find(wanted)
    if exact >= 0:
        return exact + len(wanted)
    most = int(tolerance * len(wanted))
    if most == 0:
        return None
    distance, end = _nearest(wanted, text)
    return end if distance <= most else None


def _nearest(wanted: str, text: str) -> tuple[int, int]:
    """The smallest distance of a text to any part of another one, and where that part ends.

    This is the bit-vector algorithm of Myers (1999): the columns of Sellers' table are differences, and each is a bit.
    """
    places: dict[str, int] = defaultdict(int)
    for number, letter in enumerate(wanted):
        places[letter] |= 1 << number
    all_, top = (1 << len(wanted)) - 1, 1 << (len(wanted) - 1)
    plus, minus, score = all_, 0, len(wanted)
    best, end = score, 0
    for number, letter in enumerate(text, 1):
        equal = places.get(letter, 0)
        across = equal | minus
        down = (((equal & plus) + plus) ^ plus) | equal
        up, low = minus | (~(down | plus) & all_), plus & down
        score += bool(up & top) - bool(low & top)
        up, low = (up << 1) & all_, (low << 1) & all_
        plus, minus = low | (~(across | up) & all_), up & across
        if score < best:
            best, end = score, number
    return best, end
