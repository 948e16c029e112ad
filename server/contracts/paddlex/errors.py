"""Error answers of `POST /ocr`. A client finds its ``logId`` in them even if its request was refused unread."""

from server.contracts.paddlex.liteparse import ERROR
from server.contracts.paddlex_shapes.errors import PEEK_LIMITS, ErrorAnswers
from server.runtime import Runtime


def error_answers(runtime: Runtime) -> ErrorAnswers:
    """Make the maker of the contract's error answers."""
    return ErrorAnswers(runtime, PEEK_LIMITS, form_key=ERROR)
