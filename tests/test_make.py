"""The Makefile's lists of tests name what is there: pytest leaves out a folder that does not exist without a word."""

import re
import shutil
import subprocess

import pytest

from tests.evaluation_data import REPOSITORY


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_what_make_quick_leaves_out_and_runs_is_there() -> None:
    command = ["make", "--dry-run", "--no-print-directory", "quick"]
    told = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in told.splitlines() if "-m pytest" in line]
    left_out = re.findall(r"--ignore=(\S+)", line)
    assert left_out
    for path in [*left_out, *re.findall(r" (tests/\S+)", line)]:
        assert list(REPOSITORY.glob(path)), f"there is no {path}"
        assert path in left_out or not path.startswith(tuple(left_out))
