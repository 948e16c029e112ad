"""Converts errors of the pipeline to messages and back, and defines the errors of lost replicas."""

from models import errors
from models.errors import EngineFailure, OcrError

_KINDS: dict[str, type[OcrError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, OcrError) and kind is not errors.InvalidOption
}
"""`InvalidOption` is left out. It is raised where options are resolved, and no replica does that."""


class ReplicaLost(Exception):
    """The replica that had the order died or was killed."""


class ReplicaHung(ReplicaLost):
    """The replica that had the order made no progress and was killed. This order, or one beside it, is the cause."""


class NotTaken(ReplicaLost):
    """The replica was dead before it could take the order, so the order is not the cause."""


def described(error: Exception) -> tuple[str, str]:
    """The kind and message of an error. The words of foreign errors are left out, because they may quote a document."""
    if isinstance(error, OcrError) and type(error).__name__ in _KINDS:
        return type(error).__name__, str(error)
    return EngineFailure.__name__, f"Reading the page failed with {type(error).__name__}."


def restored(kind: str, message: str) -> OcrError:
    """The error with this kind and message."""
    return _KINDS[kind](message)
