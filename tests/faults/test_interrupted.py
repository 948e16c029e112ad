"""Files that are read while the program is killed: every one has its result or its reason, and none is read twice.

Each command starts four times, which takes most of the time.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.interrupted import Interrupted, read_folder, watch_folder

FILES, BAD = 40, 6


@pytest.mark.parametrize(("command", "exit_status"), [(watch_folder, 0), (read_folder, 1)])
def test_no_file_is_lost_or_read_twice(command: Callable[..., Interrupted], exit_status: int, tmp_path: Path) -> None:
    run = command(tmp_path, FILES, BAD, stub=True)
    outcome = run.outcome
    assert (outcome.results, outcome.reasons) == (FILES - BAD, BAD), run.said
    assert (outcome.wrong, outcome.read_again, outcome.left) == ([], [], [])
    assert outcome.exit_status == exit_status, run.said
