"""Joins the lines of a picture into the text of a task's answer."""

from collections.abc import Sequence

from models.document import TextLine
from server.config.contract_settings import TextProfile
from server.contracts.capsolver.errors import UNSOLVABLE, Refused
from server.contracts.capsolver.request import Task


def solution_text(lines: Sequence[TextLine], task: Task) -> str:
    """Join the lines as the task's module says.

    Raises:
        Refused: there is no text, or its confidence is below ``score``.
    """
    text = _joined([line.text for line in lines], task.profile)
    if not text or (task.score is not None and _confidence(lines) < task.score):
        raise Refused(UNSOLVABLE)
    return text


def _joined(texts: Sequence[str], profile: TextProfile) -> str:
    if profile == "code":
        return "".join(
            character for text in texts for character in text if character.isprintable() and character != " "
        )
    return " ".join(stripped for text in texts if (stripped := text.strip()))


def _confidence(lines: Sequence[TextLine]) -> float:
    """The mean of the lines' scores, weighted by their characters; 0..1."""
    characters = sum(len(line.text) for line in lines)
    return sum(line.score * len(line.text) for line in lines) / characters if characters else 0.0
