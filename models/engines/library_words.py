"""Logs what an inference library says of a failure of its device, each text once.

The errors that callers get do not hold these words. Without them, a first failure on a GPU would say nothing of its
cause.
"""

import logging
import re
from threading import Lock

logger = logging.getLogger(__name__)

_MOST_CHARACTERS = 300
_MOST_TEXTS = 100
"""Texts that are remembered. After so many, new ones are not logged any more."""

_NUMBER = re.compile(r"0x[0-9a-f]+|\d+(\.\d+)?", re.IGNORECASE)
"""Sizes and addresses. Texts that differ in them alone are the same text."""

_logged: set[str] = set()
_lock = Lock()


def words_of(error: Exception) -> str:
    """The type of an error, and the first line of what a library says.

    Libraries for devices raise `RuntimeError` and its subclasses. Their words hold sizes, types and names of calls, but
    no values of a batch. The words of other errors are left out, because they may quote a document.
    """
    kind = type(error).__name__
    lines = str(error).strip().splitlines() if isinstance(error, RuntimeError) else []
    return f"{kind}: {lines[0][:_MOST_CHARACTERS]}" if lines else kind


def log_once(error: Exception) -> None:
    """Log the words of a device's failure as a warning, unless they are in the log already."""
    words = words_of(error)
    text = _NUMBER.sub("#", words)
    with _lock:
        if text in _logged or len(_logged) >= _MOST_TEXTS:
            return
        _logged.add(text)
    logger.warning("the device's library failed: %s", words)
