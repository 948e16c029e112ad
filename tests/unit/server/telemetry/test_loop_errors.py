"""An error that nobody handles is one line, without a word of what was worked on."""

import asyncio
import gc
import logging

import pytest

from server.telemetry.loop_errors import report_loop_errors

SECRET = "text of a document"


def lines(caplog: pytest.LogCaptureFixture, scenario) -> list[str]:
    async def run() -> None:
        report_loop_errors()
        scenario(asyncio.get_running_loop())
        await asyncio.sleep(0.01)
        gc.collect()
        await asyncio.sleep(0)

    with caplog.at_level(logging.INFO):
        asyncio.run(run())
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text
    return [record.getMessage() for record in caplog.records]


def fail(*_: object) -> None:
    raise ValueError(SECRET)


async def fail_later() -> None:
    fail()


def drop_a_task(loop: asyncio.AbstractEventLoop) -> None:
    loop.create_task(fail_later())


def drop_a_future(loop: asyncio.AbstractEventLoop) -> None:
    loop.create_future().set_exception(ValueError(SECRET))


def break_a_callback(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon(fail, SECRET)


@pytest.mark.parametrize(
    ("scenario", "place"), [(drop_a_task, "task"), (drop_a_future, "future"), (break_a_callback, "handle")]
)
def test_an_error_is_one_line(caplog, scenario, place):
    (line,) = lines(caplog, scenario)
    assert line.startswith(f"Nobody handled an error in the event loop's {place}: ValueError")
    assert "\n" not in line
    assert ("in fail" in line) == (scenario is not drop_a_future)


@pytest.mark.parametrize(("error", "level"), [(ConnectionResetError(SECRET), "INFO"), (ValueError(SECRET), "ERROR")])
def test_a_connection_that_breaks_is_its_clients_affair(caplog, error, level):
    def scenario(loop: asyncio.AbstractEventLoop) -> None:
        loop.call_exception_handler({"message": SECRET, "exception": error, "transport": object()})

    assert len(lines(caplog, scenario)) == 1
    assert caplog.records[0].levelname == level


def test_a_report_without_an_exception_is_a_line_too(caplog):
    (line,) = lines(caplog, lambda loop: loop.call_exception_handler({"message": SECRET}))
    assert line == "Nobody handled an error in the event loop's loop: without an exception"
