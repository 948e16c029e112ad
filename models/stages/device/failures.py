"""What torch raises, as the failures that the batchers and callers know."""

from models.engines.base import run_failure
from models.errors import EngineFailure


def as_engine_failure(error: Exception) -> EngineFailure:
    """The failure of work on the device; no room for it is told apart."""
    return error if isinstance(error, EngineFailure) else run_failure("PyTorch failed on the device.", error)
