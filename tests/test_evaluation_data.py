"""Tests of the evaluation data's one door: nothing else names the folder, and without it marked tests say so."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluation_data import EVALUATION_DATA, REPOSITORY, reason_to_skip

DOOR, HERE = REPOSITORY / "tests" / "evaluation_data.py", Path(__file__).resolve()
NAMES = {"PPOCR_EVALUATION_DATA", "shared"}


def names_the_folder(source: str) -> bool:
    """Whether a text in this code is the variable's name, or a path with the folder's."""
    texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return any(isinstance(text, str) and NAMES & set(text.split("/")) for text in texts)


def test_no_other_module_names_the_folder() -> None:
    modules = [path for folder in ("tests", "benchmarks", "deploy") for path in (REPOSITORY / folder).rglob("*.py")]
    assert DOOR in modules
    assert [path for path in modules if names_the_folder(path.read_text("utf-8"))] == [DOOR, HERE]


@pytest.mark.parametrize("code", ["Path('../shared')", "root / 'shared' / 'data'", "environ['PPOCR_EVALUATION_DATA']"])
def test_a_module_that_names_it_is_found(code: str) -> None:
    assert names_the_folder(code)


def test_a_reason_names_the_variable_and_the_parts_that_are_absent() -> None:
    assert reason_to_skip() is None
    assert reason_to_skip("no/such", "nor/this") == (
        f"needs the evaluation data: set PPOCR_EVALUATION_DATA (no no/such, nor/this in {EVALUATION_DATA})"
    )


def test_marked_tests_are_skipped_without_it() -> None:
    """One on its own, one whose parameters are the folder's files, and one that has a parameter marked."""
    files = ("layout/test_scribe.py", "unit/server/contracts/paddlex_shapes/test_pruned.py", "parity/test_engines.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "evaluation_data"]
    environ = {**os.environ, "PPOCR_EVALUATION_DATA": os.devnull}
    done = subprocess.run(
        [*command, *(f"tests/{file}" for file in files)],
        cwd=REPOSITORY,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("needs the evaluation data: set PPOCR_EVALUATION_DATA") == len(files), done.stdout
