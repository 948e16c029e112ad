"""Half a minute of the kills benchmark: no answer and no task is lost, mixed up or fails, and the log has no traceback.

The bars themselves are tried on counts that somebody made up.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from benchmarks.kills.__main__ import missed
from benchmarks.kills.clients import Requests
from benchmarks.kills.tasks import KINDS, Tasks, numbers_in
from benchmarks.machine import REPOSITORY
from tests.faults.load import Tally
from tests.faults.pages import text_of

MINUTES = 0.5
TIMEOUT_SECONDS = 600


def test_processes_that_are_killed_at_random_cost_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "kills.json"
    command = [sys.executable, "-m", "benchmarks.kills", "--minutes", str(MINUTES), "--out", str(kept)]
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as kills:
        try:
            _, errors = kills.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(kills.pid, signal.SIGKILL)
    assert kept.is_file(), errors
    counts = json.loads(kept.read_text())
    print({name: counts[name] for name in ("killed", "requests", "tasks")})
    assert counts["missed"] == [], counts


def in_order() -> tuple[Requests, Tasks, Counter[str], int, list[str]]:
    asked = Requests(Tally(sent=2, answered=2))
    return asked, Tasks(accepted=1, done=Counter({"picture": 1})), Counter({"decode workers": 3}), 0, []


@pytest.mark.parametrize(
    ("spoil", "bars"),
    [
        (lambda asked, tasks: None, []),
        (lambda asked, tasks: asked.refused.update(["paddlex 503"]), []),
        (lambda asked, tasks: asked.failed.update(["paddlex 422"]), ["requests failed"]),
        (lambda asked, tasks: asked.tally.lost.append("no answer"), ["requests lost"]),
        (lambda asked, tasks: setattr(asked.tally, "sent", 3), ["requests lost"]),
        (lambda asked, tasks: asked.tally.mixed.append(("1", "2")), ["requests lost", "requests mixed"]),
        (lambda asked, tasks: tasks.failed.update(["picture: Failed"]), ["tasks lost", "tasks failed"]),
        (lambda asked, tasks: setattr(tasks, "accepted", 2), ["tasks lost"]),
        (lambda asked, tasks: tasks.lost.append("picture 7: 404"), ["tasks lost"]),
        (lambda asked, tasks: tasks.mixed.append("picture"), ["tasks mixed"]),
        (lambda asked, tasks: tasks.done.clear(), ["tasks lost", "tasks done"]),
    ],
)
def test_one_thing_out_of_order_misses_a_bar(spoil, bars: list[str]) -> None:
    asked, tasks, killed, status, raw = in_order()
    spoil(asked, tasks)
    assert missed(asked, tasks, killed, status, raw) == bars


def test_the_end_and_the_log_count_too() -> None:
    asked, tasks, *_ = in_order()
    assert missed(asked, tasks, Counter(), 1, ["Traceback"]) == ["killed", "exit status", "log"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "searchable PDF"])
def test_numbers_are_found_in_a_text(kind: str) -> None:
    text = "\n".join([text_of(5)] * KINDS[kind].times)
    assert numbers_in(text.encode(), KINDS[kind].form) == [text_of(5)] * KINDS[kind].times
