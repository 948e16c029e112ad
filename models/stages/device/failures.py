"""Converts the exceptions of torch to the failures that batchers and callers know."""

from models.engines.base import run_failure
from models.errors import EngineFailure


def as_engine_failure(error: Exception) -> EngineFailure:
    """The failure of work on the device. Missing memory has a class of its own."""
    return error if isinstance(error, EngineFailure) else run_failure("PyTorch failed on the device.", error)
