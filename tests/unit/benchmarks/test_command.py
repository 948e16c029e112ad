"""Benchmarks as commands: wrong arguments, and missing models and data, are a line and an exit code."""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.command import FAILED, INTERRUPTED, MISCONFIGURED, NotMeasured, result_file, run_command
from models.errors import OcrError
from server.config.base import ConfigurationError
from tests.evaluation_data import VARIABLE

ROOT = Path(__file__).parents[3]
PROGRAMS = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for file in (ROOT / "benchmarks").rglob("*.py")
    if 'if __name__ == "__main__"' in file.read_text(encoding="utf-8")
)
WITHOUT_ARGUMENTS = {"benchmarks.gpu.first_light.packages", "benchmarks.pictures_reference"}
OF_OTHER_ENVIRONMENTS = ("benchmarks.compare.programs.", "benchmarks.layout.peer_program")
"""Other programs start these with the interpreters of other systems. They are no commands for people."""
NEED_MODELS = ("benchmarks.engines", "benchmarks.line_orientation", "benchmarks.start --rounds 1")
NEED_DATA = ("benchmarks.accuracy", "benchmarks.unwarping", "benchmarks.pictures")


def program(line: str, folder: Path) -> tuple[int, str]:
    """The exit code and the standard error of a benchmark on a machine with no models, no data and no network."""
    nothing = {
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        VARIABLE: str(folder / "none"),
        "PIP_NO_INDEX": "1",
        "HF_ENDPOINT": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, "-m", *line.split()],
        cwd=ROOT, env={**os.environ, **nothing}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "name",
    [name for name in PROGRAMS if name not in WITHOUT_ARGUMENTS and not name.startswith(OF_OTHER_ENVIRONMENTS)],
)
def test_a_wrong_option_ends_every_benchmark(name: str, tmp_path: Path) -> None:
    if ".gpu" in name and importlib.util.find_spec("torch") is None:
        pytest.skip("the benchmarks of GPUs need torch")
    code, said = program(f"{name} --nope", tmp_path)
    assert (code, "Traceback" in said) == (MISCONFIGURED, False), said
    assert "error: " in said.splitlines()[-1]


@pytest.mark.parametrize("line", [*NEED_MODELS, *NEED_DATA])
def test_what_is_missing_is_a_line(line: str, tmp_path: Path) -> None:
    code, said = program(line, tmp_path)
    assert (code, "Traceback" in said) == (FAILED, False), said


@pytest.mark.parametrize("name", ["benchmarks.accuracy", "benchmarks.hostile", "benchmarks.unwarping"])
def test_a_place_for_results_is_checked_before_the_work(name: str, tmp_path: Path) -> None:
    code, said = program(f"{name} --out {tmp_path}/none/x.json", tmp_path)
    assert code == MISCONFIGURED
    assert "there is no folder for" in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (NotMeasured("no data"), FAILED, "no data\n"),
        (OcrError("no model \x1b[2J"), FAILED, "no model \\x1b[2J\n"),
        (ConfigurationError("--set x: is wrong."), MISCONFIGURED, "--set x: is wrong.\n"),
        (FileNotFoundError(2, "No such file", "x"), FAILED, "[Errno 2] No such file: 'x'\n"),
        (ModuleNotFoundError("x", name="matplotlib"), FAILED, "The package matplotlib is not installed.\n"),
        (KeyboardInterrupt(), INTERRUPTED, ""),
    ],
)
def test_a_failure_of_work_is_a_line_and_an_exit_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> int:
        raise error

    with pytest.raises(SystemExit) as ended:
        run_command(work)
    assert (ended.value.code, capsys.readouterr().err) == (code, said)


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command(lambda: 1 // 0)


def test_results_go_to_regular_files_in_folders_that_exist(tmp_path: Path) -> None:
    assert result_file(str(tmp_path / "x.json")) == tmp_path / "x.json"
    for wrong in (tmp_path, tmp_path / "none" / "x", Path("/dev/zero")):
        with pytest.raises(argparse.ArgumentTypeError):
            result_file(str(wrong))
