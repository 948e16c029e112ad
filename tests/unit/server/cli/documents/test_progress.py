"""What a person is told while files are read."""

import asyncio

import pytest

from server.cli.documents import progress as module
from server.cli.documents.progress import Progress, shown_seconds, status_drawn


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_from_pages_and_from_files_that_are_not_opened() -> None:
    clock = Clock()
    progress = Progress(4, clock)
    assert progress.text() == "Getting ready to read ..."
    progress.begin()
    assert "0/4 files, page 0 of about 4, 0 s so far" in progress.text()
    for _ in range(2):
        progress.opened(3)
    for _ in range(3):
        progress.page_read()
    progress.ended()
    clock.now = 30.0
    assert "1/4 files, page 3 of about 12, about 1 min 30 s left" in progress.text()
    assert progress.text().startswith("[######-")


def test_a_file_that_fails_takes_its_pages_with_it() -> None:
    progress = Progress(2, Clock())
    progress.begin()
    progress.opened(10)
    progress.page_read()
    progress.ended(failed=True, given_up=9)
    progress.opened(1)
    progress.page_read()
    progress.ended()
    assert progress.text().endswith("2/2 files, page 2 of 2, 1 failed, about 0 s left")


@pytest.mark.parametrize(("seconds", "shown"), [(0.4, "0 s"), (61, "1 min 1 s"), (7_260, "2 h 1 min")])
def test_times_in_words(seconds: float, shown: str) -> None:
    assert shown_seconds(seconds) == shown


def drawn_in(times: int, monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> list[str]:
    drawn: list[str] = []

    async def wait() -> None:
        async with status_drawn(lambda: "status"):
            for _ in range(1000):
                await asyncio.sleep(0.001)
                if len(drawn) >= times:
                    break

    monkeypatch.setattr(module, "has_terminal", lambda: terminal)
    monkeypatch.setattr(module, "draw_status", drawn.append)
    monkeypatch.setattr(module, "DRAW_SECONDS", 0.001)
    asyncio.run(wait())
    return drawn


def test_a_terminal_is_never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.DRAW_SECONDS < 2
    assert len(drawn_in(3, monkeypatch, terminal=True)) >= 3


def test_nothing_is_drawn_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn_in(1, monkeypatch, terminal=False) == []
