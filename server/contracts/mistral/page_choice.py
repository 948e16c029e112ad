"""The field ``pages``: a list of page numbers from 0 on, or a text such as ``0-5,7``."""

import re
from collections.abc import Sequence

from server.contracts.mistral.errors import Location, WrongField

LOCATION: Location = ("body", "pages")
MOST_RANGES, MAX_DIGITS = 1000, 7
WANTED = "Write page numbers from 0 on, as a list of numbers or as a text such as '0-5,7'."

_RANGE = re.compile(rf"\s*([0-9]{{1,{MAX_DIGITS}}})\s*(?:-\s*([0-9]{{1,{MAX_DIGITS}}})\s*)?", re.ASCII)

Ranges = tuple[tuple[int, int], ...]
"""First and last pages, from 0 on. Empty for all pages."""


def parse_pages(value: str | Sequence[int] | None) -> Ranges:
    """Parse the field.

    Raises:
        WrongField: it is no list of pages, or a number is negative.
    """
    if value is None or len(value) == 0:
        return ()
    if isinstance(value, str):
        parts = value.split(",")
        if len(parts) > MOST_RANGES:
            raise WrongField(
                LOCATION, f"Write at most {MOST_RANGES} numbers and ranges; write neighbours as one range."
            )
        return tuple(_parse(part) for part in parts)
    if any(number < 0 for number in value):
        raise WrongField(LOCATION, WANTED)
    return tuple((number, number) for number in value)


def chosen_pages(ranges: Ranges, total: int) -> Sequence[int]:
    """The indices of the chosen pages, rising. Those past the end of the document are left out.

    Args:
        ranges: from `parse_pages`.
        total: pages of the document.
    """
    if not ranges:
        return range(total)
    chosen: set[int] = set()
    for first, last in ranges:
        chosen.update(range(first, min(last, total - 1) + 1))
    return sorted(chosen)


def _parse(part: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(part)
    if found is None:
        raise WrongField(LOCATION, WANTED)
    first = int(found[1])
    last = int(found[2]) if found[2] else first
    if first > last:
        raise WrongField(LOCATION, WANTED)
    return first, last
