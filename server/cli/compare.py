"""``ppocr-server compare``: compares OCR services. The work is in `benchmarks/compare`, which only this file opens."""

import threading
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compare.asking import Progress
from benchmarks.compare.destinations import Destination, destinations_of
from benchmarks.compare.documents import load
from benchmarks.compare.forecast import told
from benchmarks.compare.kept import RunFolder
from benchmarks.compare.model import Document
from benchmarks.compare.plan import Contender, Plan, read_plan
from benchmarks.compare.report.making import make_report
from benchmarks.compare.report.settings import check_metrics, read_settings
from benchmarks.compare.running import check_documents, run
from server.cli.failures import Failure
from server.cli.screen import clear_status, draw_status, has_terminal, say, show

REPORT = "report"
"""The folder of the report in the run folder, unless another one is named."""

TELL_EVERY = 10
"""Without a terminal, a line comes after each so many parts in a hundred of a provider's documents."""


def show_plan(path: Path) -> None:
    """Print what a plan would send, to whom, at what cost and in what time. Nothing is sent.

    Raises:
        ConfigurationError: the plan or its documents cannot be used.
    """
    plan, documents, destinations = _read(path)
    for line in told(plan, destinations, documents):
        show(line)


def run_plan(path: Path, output: Path, send_to: Sequence[str]) -> None:
    """Run a plan, or go on with a run, and keep every outcome in the folder ``output``.

    Raises:
        ConfigurationError: the plan cannot be used, or it sends documents to a host that ``send_to`` does not name.
        Failure: not every document was sent. The message says why.
        KeyboardInterrupt: it was interrupted. What was answered is kept.
    """
    plan, documents, destinations = _read(path)
    try:
        progress = run(plan, documents, destinations, RunFolder(output), send_to, _Teller().tell)
    except KeyboardInterrupt:
        say("Interrupted. What was answered is kept. The same command goes on where this one ended.")
        raise
    clear_status()
    for name, each in progress.items():
        show(f"{name}: {_outcomes(each)}")
    stopped = [f"{name}: {each.stopped}" for name, each in progress.items() if each.stopped]
    if stopped:
        raise Failure("\n".join(stopped))
    show(f"All is kept in {output}. To see it: ppocr-server compare report {output}")


def report_on(folder: Path, output: Path | None, votes: Sequence[Path], *, pictures: bool) -> None:
    """Score the kept answers of a run, and write the report. Nobody is asked.

    Raises:
        ConfigurationError: the run folder, its documents or a file of votes cannot be used.
    """
    page = make_report(folder, output or folder / REPORT, below=Path(), pictures=pictures, votes=votes)
    show(f"The report is {page}")


def _read(path: Path) -> tuple[Plan, list[Document], dict[str, Destination]]:
    plan = read_plan(path)
    read_settings(plan.report)
    check_metrics(list(plan.metrics or ()), "metrics")
    destinations = destinations_of(plan)
    documents = [document for source in plan.documents for document in load(source)]
    check_documents(plan, documents)
    return plan, documents, destinations


class _Teller:
    """Tells how far a run is: on a terminal with each answer, elsewhere now and then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._terminal = has_terminal()

    def tell(self, contender: Contender, progress: Progress) -> None:
        line = f"{contender.name}: {progress.done} of {progress.total} documents. {_outcomes(progress)}"
        with self._lock:
            if self._terminal:
                draw_status(line)
            elif progress.done * TELL_EVERY // progress.total > (progress.done - 1) * TELL_EVERY // progress.total:
                say(line)


def _outcomes(progress: Progress) -> str:
    if not progress.total:
        return "nothing is left to ask"
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(progress.outcomes.items())) or "nothing was sent"
