"""The error that ends a request: in its record, in the log, and what its caller is told."""

import logging

import pytest

from server.errors import InvalidInputFile, RequestError
from server.telemetry.failed_requests import note_error, note_failure
from server.telemetry.record import RequestRecord


def raised_by(error: Exception) -> Exception:
    secret = ["SECRET TEXT"]
    try:
        raise error
    except type(error) as caught:
        assert secret
        return caught


@pytest.mark.parametrize(
    ("error", "report"),
    [
        (InvalidInputFile("told"), None),
        (RequestError("told"), "request failed: RequestError\n"),
    ],
)
def test_a_foreseen_error_is_the_answer_and_is_logged_where_it_is_ours(error, report, caplog):
    record = RequestRecord()
    assert note_failure(record, raised_by(error)) is error
    assert record.error == type(error).__name__
    assert [entry.getMessage().startswith(report or "") for entry in caplog.records] == ([True] if report else [])


def test_an_unexpected_error_is_logged_with_its_place_alone_and_told_to_nobody(caplog):
    record = RequestRecord(request_id="mine")
    answered = note_failure(record, raised_by(ZeroDivisionError("SECRET WORDS")))
    assert (type(answered), answered.message, record.error) == (
        RequestError,
        "Internal server error",
        "ZeroDivisionError",
    )
    (entry,) = caplog.records
    assert entry.getMessage().startswith("request failed unexpectedly: ZeroDivisionError\n")
    assert "test_failed_requests.py" in entry.getMessage()
    assert "SECRET" not in entry.getMessage()
    assert (entry.name, entry.levelno, entry.facts["request"]) == ("ppocr.errors", logging.ERROR, "mine")


def test_a_noted_error_keeps_no_local_variables(caplog):
    error = raised_by(KeyError("x"))
    note_error(RequestRecord(), error)
    assert error.__traceback__.tb_frame.f_locals.get("secret") is None
    assert caplog.records == []
