"""The field ``pageRanges``: ``2,4-6``, and ``2--2`` for the second page to the last but one."""

import re
from collections.abc import Sequence

from server.contracts.paddleocr_jobs.errors import BadParameter

MOST_RANGES, MAX_PAGE = 100, 1_000_000
WANTED = (
    "pageRanges: write numbers and ranges of pages from 1 on with commas between, such as '2,4-6', or '2--2' for the "
    "second page to the last but one."
)

_RANGE = re.compile(r"\s*(-?[0-9]{1,7})\s*(?:-\s*(-?[0-9]{1,7})\s*)?", re.ASCII)

Ranges = tuple[tuple[int, int], ...]
"""First and last pages. A negative number counts from the end: -1 is the last page. Empty for all pages."""


def parse_ranges(text: str) -> Ranges:
    """Parse the field.

    Raises:
        BadParameter: it is no list of ranges, or has too many.
    """
    parts = text.split(",")
    if len(parts) > MOST_RANGES:
        raise BadParameter(
            f"pageRanges: write at most {MOST_RANGES} numbers and ranges; write neighbours as one range."
        )
    return tuple(map(_parse, parts))


def chosen_pages(ranges: Ranges, total: int) -> Sequence[int]:
    """The numbers of the pages that are chosen, from 1 on, in the document's order.

    Args:
        ranges: parts outside the document count only as far as they are inside.
        total: pages of the document.
    """
    if not ranges:
        return range(1, total + 1)
    chosen: set[int] = set()
    for first, last in ranges:
        chosen.update(range(max(1, _from_start(first, total)), min(total, _from_start(last, total)) + 1))
    return sorted(chosen)


def _parse(part: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(part)
    if found is None:
        raise BadParameter(WANTED)
    first = int(found[1])
    last = int(found[2]) if found[2] else first
    backwards = (first > 0) == (last > 0) and first > last
    if 0 in (first, last) or max(abs(first), abs(last)) > MAX_PAGE or backwards:
        raise BadParameter(WANTED)
    return first, last


def _from_start(number: int, total: int) -> int:
    return number if number > 0 else total + 1 + number
