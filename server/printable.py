"""Makes text from outside safe to print: a terminal obeys control characters, also those in the name of a file."""

import unicodedata


def printable(text: str) -> str:
    """Write every character that is not shown as itself as its escape in Python. Blanks of all kinds stay."""
    if text.isprintable():
        return text
    return "".join(character if _is_shown(character) else _escape(character) for character in text)


def printable_lines(text: str) -> str:
    """The same for a text of several lines: line breaks stay."""
    return "\n".join(map(printable, text.split("\n")))


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
