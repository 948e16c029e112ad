"""Tests of benchmarks/prove.py: what is kept of a proof, and what becomes of one that fails or cannot run."""

import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import prove
from benchmarks.machine import REPOSITORY
from benchmarks.prove import PROOFS, Proof


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(prove, "KEPT", tmp_path / "prove")
    return tmp_path / "prove"


def of(code: str) -> str:
    return shlex.join(["python", "-c", code])


def test_what_a_proof_prints_is_kept_below_how_it_was_made(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = of("import os, sys; print(os.getcwd() + '/found'); sys.stderr.write('and this\\n')")
    monkeypatch.setattr(prove, "PROOFS", {"one": Proof("something", command)})
    assert prove.main([]) == 0
    head, _, printed = (kept / "one.txt").read_text().partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    assert (facts["command"], facts["verdict"]) == (command, "passed")
    assert {"date", "commit", "processor", "seconds"} <= set(facts)
    assert sorted(printed.splitlines()) == ["./found", "and this"]


def test_a_proof_that_fails_stops_no_other(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proofs = {
        "bad": Proof("something", of("raise SystemExit(3)")),
        "absent": Proof("something", of("print()"), lambda: "needs what is not here"),
        "good": Proof("something", of("print('well')")),
    }
    monkeypatch.setattr(prove, "PROOFS", proofs)
    assert prove.main([]) == 1
    assert "verdict: failed" in (kept / "bad.txt").read_text()
    assert (kept / "good.txt").read_text().endswith("\n\nwell\n")
    assert not (kept / "absent.txt").exists()
    verdicts = capsys.readouterr().out.splitlines()[-3:]
    assert verdicts == ["bad       failed", "absent    left out: needs what is not here", "good      passed"]
    assert prove.main(["good"]) == 0


def test_a_proof_that_does_not_exist_is_refused_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        prove.main(["nothing"])
    assert "no proof is called nothing; there are fuzz, openapi" in capsys.readouterr().err


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_every_proof_runs_a_module_on_files_that_exist(proof: Proof) -> None:
    python, flag, module, *arguments = shlex.split(proof.command)
    assert (python, flag) == ("python", "-m")
    assert find_spec(module)
    assert [each for each in arguments if "/" in each and not (REPOSITORY / each).exists()] == []
