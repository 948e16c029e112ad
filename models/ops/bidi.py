"""Right-to-left text: changes a line from the visual order to the logical order.

A recogniser of Arabic gives characters in the order in which they stand on the line, from left to right. Text is kept
in the order in which it is read. The implicit rules of the Unicode bidirectional algorithm (UAX #9, rules W4-W7, N1-N2
and L2-L4) are their own inverse, so they are applied to the visual order. W2 is left out on purpose: beside an Arabic
word it would swap the parts of a number such as 12-05-2024, which people read as they see it.
"""

import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import Literal

Direction = Literal["L", "R"]

_RIGHT_TO_LEFT = ("R", "AL")
_OWN: dict[str, Direction] = {"L": "L", "N": "L", "R": "R"}
_BESIDE: dict[str, Direction] = {"L": "L", "N": "R", "R": "R"}
_MIRRORED = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))


def has_right_to_left(characters: Sequence[str]) -> bool:
    """Whether a dictionary has letters that are written from right to left."""
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for text in characters for character in text)


def reads_right_to_left(text: str) -> bool:
    """Whether most letters of a line are written from right to left."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    right = sum(kind in _RIGHT_TO_LEFT for kind in kinds)
    return right > 0 and right >= kinds.count("L")


def logical_order(text: str) -> list[int]:
    """The indices of a line's characters in the order in which they are read. The text is in visual order."""
    base: Direction = "R" if reads_right_to_left(text) else "L"
    directions = _directions(text, base)
    runs = [list(run) for _, run in groupby(range(len(text)), key=lambda index: directions[index])]
    order: list[int] = []
    for run in reversed(runs) if base == "R" else runs:
        order += reversed(run) if directions[run[0]] == "R" else run
    return order


def logical_text(text: str) -> str:
    """A line in logical order. Brackets that are shown mirrored become what they are."""
    directions = _directions(text, "R" if reads_right_to_left(text) else "L")
    return "".join(
        _MIRRORED.get(text[index], text[index]) if directions[index] == "R" else text[index]
        for index in logical_order(text)
    )


def _directions(text: str, base: Direction) -> list[Direction]:
    """The direction of each character. Letters and numbers have their own; others take it from their neighbours."""
    kinds = [_kind(character) for character in text]
    befores = _letters_before(kinds, base)
    _join_numbers(kinds, befores)
    kinds = ["L" if kind == "N" and before == "L" else kind for kind, before in zip(kinds, befores, strict=True)]
    return _neutrals_resolved(kinds, base)


def _kind(character: str) -> str:
    """L or R for a letter, N for a digit, S for a separator within a number, T for a sign beside a number, or O."""
    kind = unicodedata.bidirectional(character)
    if kind in ("R", "AL", "NSM"):
        return "R"
    return {"L": "L", "EN": "N", "AN": "N", "ES": "S", "CS": "S", "ET": "T"}.get(kind, "O")


def _letters_before(kinds: Sequence[str], base: Direction) -> list[Direction]:
    """The direction of the last letter before each character."""
    last, found = base, []
    for kind in kinds:
        found.append(last)
        if kind in ("L", "R"):
            last = "L" if kind == "L" else "R"
    return found


def _join_numbers(kinds: list[str], befores: Sequence[Direction]) -> None:
    """Make separators and signs a part of their number: one separator between digits, and signs such as % beside it.

    Signs in Arabic text are left as they are.
    """
    for index in range(1, len(kinds) - 1):
        if kinds[index] == "S" and kinds[index - 1] == kinds[index + 1] == "N":
            kinds[index] = "N"
    rightwards = [(index, index - 1) for index in range(1, len(kinds))]
    leftwards = [(index - 1, index) for index in range(len(kinds) - 1, 0, -1)]
    for index, neighbour in (*rightwards, *leftwards):
        if kinds[index] == "T" and kinds[neighbour] == "N" and befores[index] == "L":
            kinds[index] = "N"


def _neutrals_resolved(kinds: Sequence[str], base: Direction) -> list[Direction]:
    """Give spaces and punctuation the direction that both sides have, or else the line's. Numbers run to the right.

    Beside a neutral character, a number counts as right-to-left.
    """
    runs = [(kind, len(list(run))) for kind, run in groupby(kinds, key=lambda kind: kind if kind in "LRN" else "O")]
    sides: list[Direction] = [base, *(_BESIDE.get(kind, base) for kind, _ in runs), base]
    resolved: list[Direction] = []
    for number, (kind, length) in enumerate(runs, start=1):
        before, after = sides[number - 1], sides[number + 1]
        around = before if before == after else base
        resolved += [_OWN.get(kind, around)] * length
    return resolved
