"""Converts the exceptions of torch to the failures that batchers and callers know."""

from models.engines.base import run_failure
from models.engines.library_words import log_once
from models.errors import EngineFailure


def as_engine_failure(error: Exception) -> EngineFailure:
    """The failure of work on the device. Missing memory has a class of its own. The library's words go to the log."""
    if isinstance(error, EngineFailure):
        return error
    log_once(error)
    return run_failure("PyTorch failed on the device.", error)
