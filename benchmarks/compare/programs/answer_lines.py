"""What all programs here do: a path comes in on a line, and a line with pages goes out.

A page is a list of lines, a line is its text, its score or null, and its corners or null.
"""

import importlib.metadata
import json
import os
import sys
from collections.abc import Callable, Sequence

Line = tuple[str, float | None, list[list[float]] | None]
Read = Callable[[str, str], list[list[Line]]]


def answer_lines(load: Callable[[], Read], packages: Sequence[str]) -> None:
    """Answer until standard input ends. What a library prints goes to standard error.

    Args:
        load: makes the function that reads a file; it gets the path and ``image`` or ``pdf``.
        packages: the distributions whose versions are told.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    read = load()
    _say(answers, {"versions": {name: importlib.metadata.version(name) for name in packages}})
    for question in sys.stdin:
        asked = json.loads(question)
        try:
            answer = {"pages": read(asked["path"], asked["kind"])}
        except Exception as error:  # noqa: BLE001 - whatever a library raises is a result of the comparison
            answer = {"error": type(error).__name__}
        _say(answers, answer)


def _say(answers, content) -> None:
    answers.write(json.dumps(content, ensure_ascii=False) + "\n")
    answers.flush()
