"""Notes the error that ends a request: in the request's record, and in the log if it is the server's own fault."""

import logging
from http import HTTPStatus

from server.errors import RequestError
from server.telemetry.logs import forget_locals, where
from server.telemetry.record import RequestRecord

logger = logging.getLogger("ppocr.errors")


def note_error(record: RequestRecord, raised: Exception) -> None:
    """Note an error in the record. What its traceback held of the document is dropped."""
    record.error = type(raised).__name__
    forget_locals(raised)


def note_failure(record: RequestRecord, raised: Exception) -> RequestError:
    """Note an error, and give the one to answer with. The caller is told nothing of an unexpected one.

    The log names the place in the code of an internal error, and nothing of the document.
    """
    note_error(record, raised)
    if not isinstance(raised, RequestError):
        logger.error("request failed unexpectedly: %s", where(raised), extra={"facts": record.facts()})
        return RequestError()
    if raised.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request failed: %s", where(raised), extra={"facts": record.facts()})
    return raised
