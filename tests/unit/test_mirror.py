"""Tests mirror the tree: `tests/unit/x/test_y.py` tests `x/y.py`, or the package `x/y`. No move leaves tests behind."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNIT = Path(__file__).parent
THEMES = {
    "test_mirror.py": "It is about where tests lie.",
    "models/test_batching_on_a_device.py": "What batching gains on a device, counted in the device's own time.",
    "models/test_presets.py": "Several presets in one pipeline, through its loader.",
    "models/engines/test_torch_on_a_gpu.py": "The package on a GPU: its own tests run without one.",
    "server/contracts/file_task/test_parts.py": "The small parts of the contract together.",
    "server/contracts/file_task/test_tasks.py": "Tasks from their creation to the download of their result.",
    "server/test_wrong_command_lines.py": "Wrong command lines of every command, generated over every option.",
    "server/decode/workers/test_faults.py": "What workers that crash, hang and die cost, through all of the decoder.",
}
"""Tests of no single module, and what they are about instead."""


def strays(unit: Path, root: Path) -> set[str]:
    """Test files below ``unit`` that stand for no module or package below ``root``, as paths below ``unit``."""
    files = (file.relative_to(unit) for file in unit.rglob("test_*.py"))
    return {file.as_posix() for file in files if not _is_mirrored(file, root)}


def _is_mirrored(file: Path, root: Path) -> bool:
    tested = root / file.parent / file.stem.removeprefix("test_")
    return tested.with_suffix(".py").is_file() or (tested / "__init__.py").is_file()


def test_every_test_file_lies_where_its_module_lies() -> None:
    lost = sorted(strays(UNIT, ROOT) - set(THEMES))
    assert not lost, "rename or split these as the modules are that they test, or say in THEMES what they are about"


def test_no_theme_is_out_of_date() -> None:
    assert set(THEMES) <= strays(UNIT, ROOT)


def test_a_test_that_was_left_behind_is_found(tmp_path: Path) -> None:
    unit = tmp_path / "tests" / "unit"
    for name in ("server/__init__.py", "server/jobs/__init__.py", "server/jobs/store.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name in ("server/test_jobs.py", "server/jobs/test_store.py", "server/jobs/test_moved.py", "old/test_store.py"):
        (unit / name).parent.mkdir(parents=True, exist_ok=True)
        (unit / name).touch()
    assert strays(unit, tmp_path) == {"server/jobs/test_moved.py", "old/test_store.py"}


def test_what_tests_share_lies_in_no_test_file() -> None:
    imported = re.compile(r"^(?:from|import) tests\.(?:\w+\.)*test_\w+", re.MULTILINE)
    found = {
        file.relative_to(ROOT).as_posix(): imported.findall(file.read_text(encoding="utf-8"))
        for folder in ("tests", "benchmarks")
        for file in (ROOT / folder).rglob("*.py")
    }
    assert {name: lines for name, lines in found.items() if lines} == {}, "move it to a module that is no test"
