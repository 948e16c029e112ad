"""Sets logging up: one line for each event, as text or JSON, to standard error. Lines hold no document content.

Loggers are those of the standard library. The facts of an event are in ``extra={"facts": {...}}``. Text lines show them
as ``key=value``, JSON lines as members of their object. Lines that are written for a request have its facts too: see
`RequestRecord.facts`. Lines of `models` do not, because a batch may hold pages of several requests.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Literal

from server.printable import printable, printable_lines
from server.telemetry.record import CURRENT

Fact = str | int | float | None

_PLAIN = re.compile(r'[^\s"=]+')

OWN = ("ppocr", "server", "models")
"""Our loggers. Libraries only log from warnings on, because their debug lines quote the data that they handle."""


class TextFormatter(logging.Formatter):
    """Formats a record as ``time level logger message key=value ...`` on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Make the line of one record."""
        facts = "".join(f" {key}={_quoted(value)}" for key, value in _facts(record).items())
        line = f"{_time(record)} {record.levelname.lower()} {record.name} {record.getMessage()}{facts}"
        line = printable_lines(line)
        return line if not record.exc_info else f"{line}\n{self.formatException(record.exc_info)}"


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Make the line of one record."""
        event: dict[str, Fact] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        line = json.dumps(event, ensure_ascii=False)
        return line if line.isprintable() else "".join(map(_in_json, line))


def configure_logging(level: str, style: Literal["text", "json"]) -> None:
    """Send this process's log lines to standard error.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``.
        style: one of the two formatters.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    wanted = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(wanted, logging.WARNING), handlers=[handler], force=True)
    for name in OWN:
        logging.getLogger(name).setLevel(wanted)


def where(error: BaseException) -> str:
    """An error's type and the source lines that it passed. The message is left out, because it may quote a document."""
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)
        lines = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        parts.append(f"{type(cause).__name__}{lines}")
        cause = cause.__cause__
    return "\ncaused by ".join(parts)


def forget_locals(error: BaseException) -> None:
    """Drop the local variables of all functions that an error and its causes passed.

    A traceback keeps these variables, and some of them refer back to the error: a task holds its exception, a timeout
    its task. Such a cycle would keep a whole document in memory until the garbage collector runs, perhaps after many
    more documents.
    """
    pending, seen = [error], set[int]()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        traceback.clear_frames(current.__traceback__)
        pending += [linked for linked in (current.__cause__, current.__context__) if linked is not None]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions


def _in_json(character: str) -> str:
    """A character of a JSON text as a terminal may see it. JSON has an escape for each one in a string."""
    if printable(character) == character:
        return character
    return f"\\u{ord(character):04x}" if character.isascii() else json.dumps(character)[1:-1]


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _facts(record: logging.LogRecord) -> dict[str, Fact]:
    facts = getattr(record, "facts", {})
    request = CURRENT.get()
    told = {} if request is None or request.ended or record.name.startswith("models") else request.facts()
    return {**told, **(facts if isinstance(facts, dict) else {})}


def _quoted(value: Fact) -> Fact:
    """A fact as a text line shows it. One that a reader could take for several stands in quotes, escaped as in JSON."""
    if not isinstance(value, str) or (value.isprintable() and _PLAIN.fullmatch(value)):
        return value
    return printable(json.dumps(value, ensure_ascii=False))
