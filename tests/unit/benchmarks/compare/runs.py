"""Runs a plan with documents that a test has made."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.compare.asking import Progress
from benchmarks.compare.destinations import destinations_of
from benchmarks.compare.kept import RunFolder
from benchmarks.compare.model import Document
from benchmarks.compare.plan import Plan
from benchmarks.compare.running import run


def ask(plan: Plan, documents: Sequence[Document], folder: Path, send_to: Sequence[str] = ()) -> dict[str, Progress]:
    return run(plan, documents, destinations_of(plan), RunFolder(folder), send_to, lambda *_: None)
