"""``make prove``: the long forms of what the tests prove in short, one after the other.

    python -m benchmarks.prove                  every proof: hours
    python -m benchmarks.prove --list           the proofs, with their commands
    python -m benchmarks.prove openapi soak     these

A proof is a command that ends with a status other than 0 where it fails; the others run all the same. What it prints is
kept in ``results/prove/NAME.txt``, below the command, date, commit and machine. Programs that keep figures of their own
do so in ``results`` as well. A proof that lacks the reference or the evaluation data is left out, and told of.
"""

import argparse
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.command import run_command
from benchmarks.machine import REPOSITORY, made_with
from benchmarks.store import FOLDER
from tests.contract.clients.environment import SETUP, installed
from tests.evaluation_data import reason_to_skip
from tests.reference import serving

KEPT = FOLDER / "prove"


def nothing_lacks() -> str | None:
    """A proof that needs only this project."""
    return None


def reference_lacks() -> str | None:
    """Return the reason why a proof beside PaddleX cannot run here; None where it can."""
    return None if serving.installed() else "needs the reference: make reference"


def data_lacks() -> str | None:
    """Return the reason why a proof on documents with known text cannot run here; None where it can."""
    return reason_to_skip("data") or reference_lacks()


def clients_lack() -> str | None:
    """Return the reason why clients of other makers cannot be run here; None where they can."""
    return None if installed() else f"needs clients of other makers: {SETUP}"


@dataclass(frozen=True, slots=True)
class Proof:
    """One command.

    Attributes:
        shows: what holds if it ends well.
        command: as it is typed in the repository root.
        lacks: why it cannot run here, or None.
    """

    shows: str
    command: str
    lacks: Callable[[], str | None] = nothing_lacks


PROOFS = {
    "fuzz": Proof("250,000 damaged files are read or refused", "python -m tests.hostile.fuzz --inputs 250000"),
    "openapi": Proof(
        "answers are what the OpenAPI document says, 50 times as many requests as in the tests",
        "python -m pytest -q tests/contract/test_openapi.py --fuzz-times 50",
    ),
    "loop": Proof("bodies made to cost much do not hold up the event loop", "python -m benchmarks.loop"),
    "floods": Proof(
        "600 MiB of what is no document, from strangers, take no memory, with TLS and without",
        "python -m tests.hostile.floods --mebibytes 600",
    ),
    "overload": Proof("four times too many requests cost no answer its time", "python -m benchmarks.overload"),
    "soak": Proof("an hour of mixed load with faults loses and mixes nothing", "python -m benchmarks.soak"),
    "kills": Proof(
        "ten minutes of killed decode workers, replicas and LibreOffice lose, mix up and fail nothing",
        "python -m benchmarks.kills --minutes 10",
    ),
    "clients": Proof(
        "clients of other makers hand their users what is in the document",
        "python -m pytest -q -m client tests/contract",
        clients_lack,
    ),
    "jobs": Proof(
        "a server that is killed 20 times during 200 jobs ends each once, with each of its pages once",
        "python -m benchmarks.jobs --jobs 200 --kills 20",
    ),
    "folders": Proof(
        "300 files with 12 bad ones, interrupted three times: 288 results, 12 reasons, nothing read twice",
        "python -m benchmarks.hot_folder --files 300 --bad 12",
    ),
    "first_page": Proof(
        "the first page of a long PDF comes at once, and a receipt beside it hardly waits",
        "python -m benchmarks.first_page",
    ),
    "page": Proof(
        "the page is light and soon there, shows a long PDF's first page at once, and keeps to its memory",
        "python -m benchmarks.page",
    ),
    "engines": Proof(
        "engines read the golden pages alike",
        "python -m benchmarks.engines openvino torch paddle --golden --out benchmarks/results/engines.json",
    ),
    "parity": Proof("answers are PaddleX's", "python -m tests.parity", reference_lacks),
    "hostile": Proof("what hostile files do here and to PaddleX", "python -m benchmarks.hostile", reference_lacks),
    "accuracy": Proof("known texts are read as well as by PaddleX", "python -m benchmarks.accuracy", data_lacks),
    "presets": Proof(
        "presets read better than other systems, in less time", "python -m benchmarks.presets --parts peers", data_lacks
    ),
    "two_presets": Proof("two presets share one server", "python -m benchmarks.two_presets", data_lacks),
    "bench": Proof("speed beside other systems", "python -m benchmarks", reference_lacks),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 where a proof failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of a proof; all where none is given")
    parser.add_argument("--list", action="store_true", help="show the proofs and run none")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in PROOFS]:
        parser.error(f"no proof is called {', '.join(unknown)}; there are {', '.join(PROOFS)}")
    chosen = {name: PROOFS[name] for name in given.names or PROOFS}
    if given.list:
        for name, proof in chosen.items():
            print(f"{name:10}{proof.shows}\n{'':10}{proof.command}")
        return 0
    verdicts = {name: prove(name, proof, KEPT) for name, proof in chosen.items()}
    print("\n" + "\n".join(f"{name:10}{verdict}" for name, verdict in verdicts.items()))
    return int("failed" in verdicts.values())


def prove(name: str, proof: Proof, folder: Path) -> str:
    """Run one proof and keep what it prints: ``passed``, ``failed``, or why it was left out."""
    print(f"\n{name}: {proof.shows}\n{proof.command}", flush=True)
    if reason := proof.lacks():
        print(f"left out: {reason}", flush=True)
        return f"left out: {reason}"
    made, begin, printed = made_with(), time.monotonic(), []
    command = [sys.executable, *shlex.split(proof.command)[1:]]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(line.replace(str(REPOSITORY), "."))
    verdict = "failed" if process.returncode else "passed"
    head = made | {"command": proof.command, "seconds": round(time.monotonic() - begin), "verdict": verdict}
    folder.mkdir(parents=True, exist_ok=True)
    facts = "".join(f"{fact}: {value}\n" for fact, value in head.items())
    (folder / f"{name}.txt").write_text(f"{facts}\n{''.join(printed)}", encoding="utf-8")
    return verdict


if __name__ == "__main__":
    run_command(main)
