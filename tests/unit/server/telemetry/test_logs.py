import json
import logging

import pytest

from server.telemetry.logs import OWN, JsonFormatter, TextFormatter, configure_logging, where
from server.telemetry.record import CURRENT, RequestRecord


def _record(message: str, facts: object = None) -> logging.LogRecord:
    record = logging.LogRecord("ppocr.access", logging.INFO, "f.py", 1, message, (), None)
    if facts is not None:
        record.facts = facts
    return record


def test_a_text_line_shows_the_facts():
    line = TextFormatter().format(_record("request", {"status": 200, "ms": 1.5}))
    assert line.endswith("info ppocr.access request status=200 ms=1.5")
    assert "\n" not in line


def test_a_json_line_holds_the_facts():
    event = json.loads(JsonFormatter().format(_record("request", {"status": 200, "route": "/ocr"})))
    assert event.pop("time").endswith("+00:00")
    assert event == {
        "level": "info",
        "logger": "ppocr.access",
        "message": "request",
        "status": 200,
        "route": "/ocr",
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a b", '"a b"'),
        ("a=b", '"a=b"'),
        ('a"b', '"a\\"b"'),
        ("a\nb", '"a\\nb"'),
        ("a\x1bb", '"a\\u001bb"'),
        ("a\u202eb", '"a\\u202eb"'),
        ("\u95e8", "\u95e8"),
    ],
)
def test_a_fact_cannot_look_like_another_one(value, shown):
    assert TextFormatter().format(_record("request", {"log_id": value})).endswith(f" request log_id={shown}")


@pytest.fixture
def request_record():
    """The record of a request that the test works for."""
    record = RequestRecord(request_id="order-7", log_id="mine", contract="paddlex", caller="a-token")
    outside = CURRENT.set(record)
    yield record
    CURRENT.reset(outside)


def test_lines_have_the_facts_of_their_request(request_record):
    line = TextFormatter().format(_record("said", {"more": 1}))
    assert line.endswith(" said request=order-7 log_id=mine contract=paddlex caller=a-token more=1")
    assert json.loads(JsonFormatter().format(_record("said")))["request"] == "order-7"


def test_what_outlives_a_request_does_not_speak_for_it(request_record):
    request_record.ended = True
    assert TextFormatter().format(_record("said")).endswith(" said")


@pytest.mark.usefixtures("request_record")
def test_lines_about_batches_name_no_request():
    record = _record("said")
    record.name = "models.batching"
    assert TextFormatter().format(record).endswith(" said")


def test_where_tells_types_and_lines_and_no_message():
    try:
        try:
            raise ValueError("SECRET")
        except ValueError as cause:
            raise RuntimeError("SECRET TOO") from cause
    except RuntimeError as error:
        told = where(error)
    assert told.startswith("RuntimeError\n")
    assert "caused by ValueError\n" in told
    assert "test_logs.py" in told
    assert "SECRET" not in told


@pytest.fixture
def as_before():
    """Leaves the process's loggers as they were."""
    loggers = [logging.getLogger(), *map(logging.getLogger, OWN)]
    kept = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    yield
    for logger, level, handlers in kept:
        logger.setLevel(level)
        logger.handlers = handlers


@pytest.mark.parametrize(
    ("level", "ours"), [("debug", logging.DEBUG), ("info", logging.INFO), ("error", logging.ERROR)]
)
@pytest.mark.usefixtures("as_before")
def test_libraries_say_nothing_below_warnings_whatever_our_level(level, ours):
    configure_logging(level, "text")
    assert logging.getLogger("ppocr.access").getEffectiveLevel() == ours
    assert logging.getLogger("server.intake.fetch").getEffectiveLevel() == ours
    assert logging.getLogger("httpcore.http11").getEffectiveLevel() == max(ours, logging.WARNING)
    assert not logging.getLogger("anything").isEnabledFor(logging.INFO)


def test_names_in_a_text_line_cannot_control_the_terminal_or_begin_a_line():
    line = TextFormatter().format(_record("file \x1b[2J\x9b \u202e", {"name": "a\nb\x07"}))
    assert line.endswith(r'file \x1b[2J\x9b \u202e name="a\nb\u0007"')


def test_names_in_a_json_line_cannot_control_the_terminal_and_stay_the_same():
    name = "a\x1b\x7f\x9b\u202e\U000e0001\n名 \u3000"
    line = JsonFormatter().format(_record("file", {"name": name}))
    assert json.loads(line)["name"] == name
    assert line.replace("\u3000", "").isprintable()
