"""The first run on a card, rehearsed on the CPU: parts run, failures are told, the scripts find what they name."""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from benchmarks.gpu.first_light import __main__ as program
from benchmarks.gpu.first_light import correctness, graphs
from benchmarks.gpu.first_light.context import Context
from benchmarks.gpu.first_light.inputs import corner
from benchmarks.gpu.first_light.packages import CARRIED, EXPECTED, LOCK, UNUSED, pins
from benchmarks.gpu.first_light.report import Report, WrongAnswer
from benchmarks.gpu.networks import CLASSIFIER, DETECTOR, RECOGNISER, Setup
from benchmarks.gpu.pages import PageSet, load_pages
from models.engines.torch.lane import CpuLane
from tests.unit.models.engines.torch.real_models import directory

REPOSITORY = Path(__file__).parents[4]
FOLDER = Path(program.__file__).parent
SCRIPTS = sorted(FOLDER.glob("*.sh"))
BOUNDS = {"first.sh": 330, "second.sh": 480}
"""Seconds within which a script has to end."""

OUR_FOLDERS = ("benchmarks", "configs", "deploy", "models", "server", "tests")
CPU_PARTS = [name for name in program.PARTS if name not in program.CARD_ONLY]


@pytest.fixture(autouse=True)
def drawn_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.gpu.pages.DATA", tmp_path)


@pytest.fixture
def models() -> Path:
    return directory(DETECTOR).path.parent


@pytest.fixture
def context(models: Path) -> Context:
    return Context(
        Setup.of("cpu", models, quick=True), PageSet("drawn pages", (corner(load_pages(quick=True).images[0]),))
    )


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Without it the threads of small batches wait for each other on a machine that has other work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("part", CPU_PARTS)
def test_a_part_runs_on_the_cpu(part: str, models: Path, one_thread: None, capsys: pytest.CaptureFixture[str]) -> None:
    status = program.main(["--device", "cpu", "--models", str(models), part])
    said = capsys.readouterr().out
    assert status == 0, said
    assert f"passed: environment, {part}\nFAILED: none" in said
    lines = said.partition(f"--- {part}\n")[2].splitlines()
    assert not lines[0].startswith("---"), "the part said nothing"


def test_what_needs_a_card_is_left_out_on_the_cpu(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--device", "cpu", "--models", str(models), *program.CARD_ONLY]) == 0
    said = capsys.readouterr().out
    assert all(f"left out: {part}: needs a card" in said for part in program.CARD_ONLY)


def test_a_part_that_fails_is_told_in_its_own_words_and_the_next_one_runs(
    models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Context) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    ran: list[Context] = []
    monkeypatch.setattr(program, "PARTS", {"ops": broken, "nets": ran.append})
    assert program.main(["--device", "cpu", "--models", str(models)]) == 1
    said = capsys.readouterr().out
    assert "RuntimeError: CUDA error: an illegal memory access was encountered" in said
    assert "passed: environment, nets\nFAILED: ops" in said
    assert len(ran) == 1


def test_after_a_device_is_lost_nothing_is_blamed_on_other_parts(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Context) -> None:
        raise RuntimeError("CUDA error")

    monkeypatch.setattr(program, "_loss", lambda _: "AcceleratorError: CUDA error")
    report = Report()
    program.run({"ops": broken, "nets": broken}, context, report)
    assert report.failed == ["ops"]
    assert "AcceleratorError: CUDA error" in report.left_out["nets"]


def test_a_device_that_cannot_be_used_is_a_failure(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--device", "gpu:77", "--models", str(models), "ops"]) == 1
    said = capsys.readouterr().out
    assert "EngineUnavailable" in said
    assert "FAILED: environment\nleft out: ops: the device cannot be used" in said


def test_an_unknown_part_is_refused_with_the_names_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program.main(["--device", "cpu", "graphs"])
    assert "there is no part graphs; parts are ops, nets" in capsys.readouterr().err


def test_other_bytes_than_the_cpus_are_a_wrong_answer(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter([0, 2])
    resized = correctness.resized
    monkeypatch.setattr(correctness, "resized", lambda page, shape: resized(page, shape) // 2 + next(calls))
    with pytest.raises(WrongAnswer, match=r"resized: .* by at most 2 levels"):
        correctness.ops(context)


def test_other_text_than_the_cpus_is_a_wrong_answer(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = correctness.answer
    turned = iter([False, True, False, True])  # on the host, then on the device, for either network

    def other(model, batch):
        first, *rest = answer(model, batch)
        return (first[:, ::-1] if next(turned) else first, *rest)

    monkeypatch.setattr(correctness, "answer", other)
    with torch.no_grad(), pytest.raises(WrongAnswer, match=rf"{DETECTOR} in torch.float32.*; {RECOGNISER} in"):
        correctness.nets(context)


def test_a_replay_that_answers_otherwise_is_a_wrong_answer(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, counted = graphs.answer, iter(range(9))
    monkeypatch.setattr(graphs, "answer", lambda *given: (answer(*given)[0] + next(counted),))
    with pytest.raises(WrongAnswer, match=r"replay 0: 0\.0000 of the classes"):
        graphs.thread_exit(context)


def test_a_refused_capture_and_a_broken_thread_beside_it_are_told(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise RuntimeError("operation not permitted when stream is capturing\nCompile with TORCH_USE_CUDA_DSA")

    monkeypatch.setattr(CpuLane, "capture", refuses)
    monkeypatch.setattr(graphs, "page_on", refuses)
    with pytest.raises(WrongAnswer) as failure:
        graphs.capture_beside_others(context)
    words = "RuntimeError: operation not permitted when stream is capturing"
    assert str(failure.value) == f"{words}; a thread beside the captures failed: {words}"


def test_room_where_none_can_be_is_a_wrong_answer(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "_MORE_THAN_THERE_IS", 1)
    with pytest.raises(WrongAnswer, match="was no error"):
        graphs.oom_in_capture(context)


def test_every_package_of_the_server_is_carried_or_known_not_to_be() -> None:
    locked = set(re.findall(r"^([\w.-]+)==", LOCK.read_text(), re.MULTILINE))
    assert locked - {*CARRIED, *EXPECTED} == set(UNUSED)
    assert not set(CARRIED) & set(EXPECTED)
    assert {pin.partition("==")[0] for pin in pins()} == set(CARRIED)


def test_a_carried_package_that_the_lock_does_not_have_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "server.txt"
    lock.write_text(LOCK.read_text().replace("\nuvicorn==", "\nother=="))
    with pytest.raises(LookupError, match=r"server.txt has no uvicorn; correct CARRIED in packages.py"):
        pins(lock)


def code(script: Path) -> str:
    """A script without comments, and with its continued lines joined."""
    joined = script.read_text().replace("\\\n", " ")
    return "\n".join(line for line in joined.splitlines() if not line.lstrip().startswith("#"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_well_formed_and_what_it_names_exists(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)
    text = code(script)
    # Who asks for pip's place makes setuptools leave distutils to Python, and then Paddle cannot be imported.
    modules = [name for name in re.findall(r"-m ([a-z][\w.]+)", text) if name != "pip"]
    assert all(find_spec(name) for name in modules), modules
    for module, name in re.findall(r"from (\S+) import (\w+)", text):
        assert hasattr(importlib.import_module(module), name)
    paths = re.findall(rf"(?<![\w./$-])((?:{'|'.join(OUR_FOLDERS)})/[\w./-]+)", text)
    assert all((REPOSITORY / path).exists() for path in paths), paths


def test_scripts_name_modules_and_files_at_all() -> None:
    both = code(FOLDER / "first.sh") + code(FOLDER / "second.sh")
    assert "-m benchmarks.gpu.first_light " in both
    assert "-m benchmarks.gpu " in both
    assert "configs/cuda.yaml" in both


def test_the_scripts_run_every_part_once() -> None:
    both = code(FOLDER / "first.sh") + code(FOLDER / "second.sh")
    words = re.findall(r"[a-z_]+", both)
    assert {name: words.count(name) for name in program.PARTS} == dict.fromkeys(program.PARTS, 1)


@pytest.mark.parametrize(("script", "most"), BOUNDS.items())
def test_a_script_ends_within_its_bound(script: str, most: int) -> None:
    limit = int(re.findall(r"^limit=(\d+)$", (FOLDER / script).read_text(), re.MULTILINE)[0])
    grace = int(re.findall(r"^grace=(\d+)", (FOLDER / "common.sh").read_text(), re.MULTILINE)[0])
    assert limit + grace <= most


def test_the_models_that_are_carried_are_those_that_are_measured() -> None:
    (names,) = re.findall(r"for name in (.*); do", code(FOLDER / "prepare.sh"))
    assert set(names.split()) == {DETECTOR, RECOGNISER, CLASSIFIER}


def test_what_is_carried_is_ignored_by_git() -> None:
    ignored = (REPOSITORY / ".gitignore").read_text().splitlines()
    assert {f"/{name}/" for name in (".first-light", ".first-light-site", ".first-light-results")} <= set(ignored)


def steps(folder: Path, limit: int, *lines: str) -> subprocess.CompletedProcess[str]:
    """Run steps as the scripts do, in a copy of the checkout's folders that has nothing carried."""
    place = folder / "benchmarks" / "gpu" / "first_light"
    place.mkdir(parents=True)
    (place / "common.sh").write_text((FOLDER / "common.sh").read_text())
    script = place / "steps.sh"
    script.write_text(
        "\n".join([f"limit={limit}", 'source "$(dirname "${BASH_SOURCE[0]}")/common.sh"', *lines, "finish"])
    )
    environ = {**os.environ, "OUT": str(folder / "out"), "PYTHON": sys.executable}
    return subprocess.run(["bash", script], env=environ, capture_output=True, text=True, check=False, cwd="/")


def test_a_step_that_fails_is_told_and_the_next_one_runs(tmp_path: Path) -> None:
    done = steps(tmp_path, 60, "step 20 first.txt false", "step 20 second.txt echo reached")
    assert done.returncode == 1
    assert "FAILED: exit status 1" in done.stdout
    assert "something FAILED" in done.stdout
    assert (tmp_path / "out" / "second.txt").read_text() == "reached\n"


def test_steps_that_pass_are_a_success(tmp_path: Path) -> None:
    done = steps(tmp_path, 60, "step 20 first.txt true")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all passed" in done.stdout


def test_a_step_that_hangs_is_ended(tmp_path: Path) -> None:
    done = steps(tmp_path, 600, "step 1 first.txt sleep 600", "step 20 second.txt echo reached")
    assert done.returncode == 1
    assert "FAILED: it was ended after 1 s" in done.stdout
    assert (tmp_path / "out" / "second.txt").exists()


def test_a_step_for_which_there_is_no_time_is_not_begun(tmp_path: Path) -> None:
    done = steps(tmp_path, 0, "step 60 first.txt echo reached")
    assert done.returncode == 1
    assert "FAILED: no time was left for it" in done.stdout
    assert not (tmp_path / "out" / "first.txt").exists()
