"""Writes results so that no half of one is ever taken for a whole: under another name first, which is then changed."""

import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from server.cli.documents.forms import Results

UNFINISHED_END = ".ppocr-part"
"""The end of the name of a result that is being written. Nobody reads such a file. A hot folder deletes old ones."""


def save(folder: Path, name: str, results: Results, note: Callable[[Mapping[str, int]], object]) -> None:
    """Write the results of a document.

    Args:
        folder: of all results.
        name: the place of the results in it, without their ends.
        results: by their ends.
        note: is told the time of each result, in nanoseconds, before any of them gets its name.

    Raises:
        OSError: they cannot be written. What was begun is deleted.
    """
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    try:
        times = {}
        for end, content in results.items():
            written[end], times[end] = _write_unfinished(target.parent, content)
        note(times)
        for end in results:
            written[end].replace(target.with_name(f"{target.name}{end}"))
            del written[end]
    finally:
        for path in written.values():
            with suppress(OSError):
                path.unlink()


def _write_unfinished(folder: Path, content: bytes) -> tuple[Path, int]:
    path = folder / f".{secrets.token_hex(8)}{UNFINISHED_END}"
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return path, path.stat().st_mtime_ns
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def delete_unfinished(folder: Path, older_seconds: float = 0.0) -> None:
    """Delete what a killed program left in a folder and below.

    Args:
        folder: of results.
        older_seconds: newer files stay, because another program may be writing them.
    """
    for here, _, names in os.walk(folder):
        for path in (Path(here) / name for name in names if name.endswith(UNFINISHED_END)):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime >= older_seconds:
                    path.unlink()
