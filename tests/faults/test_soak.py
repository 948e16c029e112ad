"""One minute of the soak benchmark: what it demands of every answer holds. How memory grows takes an hour to tell."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from benchmarks.machine import REPOSITORY

MINUTES, PAGES, LOAD = 1, 64, 0.6
TIMEOUT_SECONDS = 600


def test_a_minute_of_mixed_load_with_faults_loses_and_mixes_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "soak.json"
    command = [sys.executable, "-m", "benchmarks.soak", "--minutes", str(MINUTES), "--pages", str(PAGES)]
    with subprocess.Popen(
        [*command, "--load", str(LOAD), "--out", str(kept)],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as soak:
        try:
            _, errors = soak.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(soak.pid, signal.SIGKILL)
    assert kept.is_file(), errors
    figures = json.loads(kept.read_text())
    for part in ("no_mixing", "load"):
        counted = figures[part]
        assert (counted["lost"], counted["mixed"], counted["server_errors"]) == (0, 0, 0), counted
    assert figures["no_mixing"]["answered"] == PAGES
    assert figures["load"]["answered"] > max(MINUTES * 30, 0.9 * figures["load"]["sent"])
    assert set(figures["bad_files_by_status"]) <= {"422", "503"}, figures["bad_files_by_status"]
    assert figures["workers_killed"]
    assert figures["clients_left"]
