"""Errors of the pipeline as messages, and back."""

from models import errors
from models.errors import EngineFailure, OcrError

_KINDS: dict[str, type[OcrError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, OcrError) and kind is not errors.InvalidOption
}
"""`InvalidOption` is for whoever resolves options, which no replica does."""


class ReplicaLost(Exception):
    """The replica that had the job died or was killed."""


class ReplicaHung(ReplicaLost):
    """The replica that had the job got nowhere and was killed; this job, or one beside it, is what it hung on."""


class NotTaken(ReplicaLost):
    """The replica was dead before it could take the job, which therefore has nothing to do with it."""


def described(error: Exception) -> tuple[str, str]:
    """Kind and message of an error. One that is not ours keeps its words to itself: they may quote a document."""
    if isinstance(error, OcrError) and type(error).__name__ in _KINDS:
        return type(error).__name__, str(error)
    return EngineFailure.__name__, f"Reading the page failed with {type(error).__name__}."


def restored(kind: str, message: str) -> OcrError:
    """The error that was described so."""
    return _KINDS[kind](message)
