"""Finds the characters that the installed fonts have. So a page of empty boxes is never read like a real page."""

import asyncio
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from server.decode.office.kills import check_status

Range = tuple[int, int]
"""The first and last code point."""

LIST_ARGUMENTS = ("--format", "%{charset}\n")


class FontCoverage:
    """The characters that at least one installed font has.

    Args:
        ranges: in any order. They may overlap.
    """

    def __init__(self, ranges: Iterable[Range]) -> None:
        self._ranges = _merged(ranges)
        self._starts = [first for first, _ in self._ranges]

    def missing_scripts(self, text: Iterable[str]) -> tuple[str, ...]:
        """The names of scripts, such as ``CJK`` or ``THAI``, that cannot be shown: most of their letters have no font.

        A page stays readable if no font has a single rare letter or a symbol.

        Args:
            text: characters. Repeated characters count repeatedly.
        """
        known: dict[str, list[bool]] = {}
        for character in text:
            if unicodedata.category(character).startswith("L"):
                known.setdefault(_script(character), []).append(self._has(character))
        return tuple(sorted(script for script, shown in known.items() if 2 * sum(shown) < len(shown)))

    def _has(self, character: str) -> bool:
        at = bisect_right(self._starts, ord(character)) - 1
        return at >= 0 and ord(character) <= self._ranges[at][1]


def _script(character: str) -> str:
    """The script of a character: the first word of its Unicode name."""
    return unicodedata.name(character, "UNKNOWN").split()[0]


async def installed_coverage(program: str, environment: Mapping[str, str]) -> FontCoverage:
    """Ask fontconfig's ``fc-list`` for the characters of every font.

    Raises:
        Killed: another process killed the program.
        OSError: the program cannot be run, or fails.
    """
    child = await asyncio.create_subprocess_exec(
        program, *LIST_ARGUMENTS, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=environment
    )
    output, _ = await child.communicate()
    check_status(await child.wait())
    if child.returncode != 0:
        raise OSError(f"fc-list ended with status {child.returncode}")
    return FontCoverage(parsed_ranges(output.decode("ascii")))


def parsed_ranges(listing: str) -> Sequence[Range]:
    """Parse fontconfig's character sets: hexadecimal code points and ranges, separated by white space."""
    ends = (entry.partition("-") for entry in listing.split())
    return [(int(first, 16), int(last or first, 16)) for first, _, last in ends]


def _merged(ranges: Iterable[Range]) -> list[Range]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged
