"""Logging set-up: one line an event, as text or JSON, to standard error. Lines hold no document content.

Loggers are the standard library's. An event's facts travel in ``extra={"facts": {...}}``: text lines show them as
``key=value``, JSON lines as members of their object.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Literal

Fact = str | int | float | None

OWN = ("ppocr", "server", "models")
"""Our loggers. Libraries' own lines begin at warnings: their debug lines quote what they read and receive."""


class TextFormatter(logging.Formatter):
    """``time level logger message key=value ...`` on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Make the line of one record."""
        facts = "".join(f" {key}={value}" for key, value in _facts(record).items())
        line = f"{_time(record)} {record.levelname.lower()} {record.name} {record.getMessage()}{facts}"
        return line if not record.exc_info else f"{line}\n{self.formatException(record.exc_info)}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

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
        return json.dumps(event, ensure_ascii=False)


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
    """An error's type and the source lines it passed, without its message: messages may quote a document."""
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)
        lines = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        parts.append(f"{type(cause).__name__}{lines}")
        cause = cause.__cause__
    return "\ncaused by ".join(parts)


def forget_locals(error: BaseException) -> None:
    """Drop the local variables of all functions that an error passed, and those of the errors behind it.

    A traceback keeps them, and some refer to the error in turn (a task holds its exception, a timeout its task). Such a
    circle would keep a whole document in memory until the garbage collector comes by, which may be after many more.
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


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _facts(record: logging.LogRecord) -> dict[str, Fact]:
    facts = getattr(record, "facts", {})
    return facts if isinstance(facts, dict) else {}
