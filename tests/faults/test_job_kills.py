"""A server that is killed at random during jobs: each ends once, with each of its pages once. The long form is
``python -m benchmarks.jobs``.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.jobs.__main__ import missed
from benchmarks.machine import REPOSITORY

JOBS, KILLS = 20, 4
TIMEOUT_SECONDS = 600


def test_a_server_that_is_killed_during_jobs_loses_nothing_and_reads_nothing_twice(tmp_path: Path) -> None:
    kept = tmp_path / "jobs.json"
    command = [sys.executable, "-m", "benchmarks.jobs", "--jobs", str(JOBS), "--kills", str(KILLS), "--out", str(kept)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    assert kept.is_file(), done.stderr
    counts = json.loads(kept.read_text())
    assert counts["missed"] == [], counts
    assert counts["states"] == {"done": JOBS}


GOOD = {
    "cut_off": 3,
    "jobs": 2,
    "accepted": 2,
    "states": {"done": 2},
    "made_twice": [],
    "wrong_pages": [],
    "not_told": [],
    "exit_status": 0,
    "raw_lines_in_the_log": [],
}


@pytest.mark.parametrize(
    ("change", "bars"),
    [
        ({}, []),
        ({"cut_off": 0}, ["jobs cut off"]),
        ({"accepted": 1}, ["jobs accepted"]),
        ({"states": {"done": 1, "failed": 1}}, ["jobs done"]),
        ({"made_twice": [1]}, ["jobs made twice"]),
        ({"wrong_pages": [0]}, ["pages"]),
        ({"not_told": [0]}, ["webhooks"]),
        ({"exit_status": 1}, ["exit status"]),
        ({"raw_lines_in_the_log": ["Traceback"]}, ["log"]),
    ],
)
def test_one_thing_out_of_order_misses_a_bar(change: dict, bars: list[str]) -> None:
    assert missed({**GOOD, **change}) == bars
