"""From the lines of a picture to the text that a task answers with."""

from collections.abc import Sequence

from models.document import TextLine
from server.config.contract_settings import TextProfile
from server.contracts.capsolver.errors import UNSOLVABLE, TaskRefused
from server.contracts.capsolver.request import Task


def solution_text(lines: Sequence[TextLine], task: Task) -> str:
    """Put the lines together as the task's module and ``case`` say.

    Raises:
        TaskRefused: there is no text, or it is less certain than ``score`` asks for.
    """
    text = _assembled([line.text for line in lines], task.profile)
    if not text or (task.score is not None and _confidence(lines) < task.score):
        raise TaskRefused(UNSOLVABLE)
    return text.lower() if task.case is False else text


def _assembled(texts: Sequence[str], profile: TextProfile) -> str:
    if profile == "code":
        return "".join(
            character for text in texts for character in text if character.isprintable() and character != " "
        )
    return " ".join(stripped for text in texts if (stripped := text.strip()))


def _confidence(lines: Sequence[TextLine]) -> float:
    """The lines' scores, each weighted by its characters; 0..1."""
    characters = sum(len(line.text) for line in lines)
    return sum(line.score * len(line.text) for line in lines) / characters if characters else 0.0
